/** Digits in groups of five, to read aloud and compare. */
export function ComparedDigits({ digits, label }: { readonly digits: string; readonly label: string }) {
  const groups = digits.replace(/\D/g, "").match(/.{1,5}/g) ?? [];
  return (
    <ol
      aria-label={label}
      className="grid grid-cols-3 justify-items-center gap-x-4 gap-y-1 rounded-md bg-sunken px-4 py-4 font-mono text-xl tracking-wider"
    >
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups that never move
        <li key={index}>{group}</li>
      ))}
    </ol>
  );
}
