"use client";

interface LevelSliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly shown: string;
  readonly onChange: (value: number) => void;
}

/** One strength, with its name before and its value after. */
export function LevelSlider({ label, min, max, step, value, shown, onChange }: LevelSliderProps) {
  return (
    <label className="grid grid-cols-[auto_1fr_auto] items-center gap-3">
      <span className="text-sm text-ink-soft">{label}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={shown}
        onChange={(event) => onChange(Number(event.target.value))}
        className="w-full accent-accent"
      />
      <output className="w-14 text-right font-semibold">{shown}</output>
    </label>
  );
}
