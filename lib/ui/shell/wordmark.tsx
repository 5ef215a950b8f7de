/** The name and its mark: two rows of a tape, the lower the sum of the upper and a key (Vernam 1919). */
export function Wordmark({ className = "" }: { className?: string }) {
  return (
    <span className={`inline-flex items-center gap-2.5 text-ink ${className}`}>
      <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false" className="size-5">
        <g className="fill-ink">
          <circle cx="3" cy="4" r="2" />
          <circle cx="17" cy="4" r="2" />
        </g>
        <g className="fill-accent">
          <circle cx="3" cy="10" r="2" />
          <circle cx="10" cy="10" r="2" />
        </g>
        <g className="fill-ink">
          <circle cx="10" cy="16" r="2" />
          <circle cx="17" cy="16" r="2" />
        </g>
      </svg>
      <span className="text-lg font-semibold tracking-tight">Vernam</span>
    </span>
  );
}
