"use client";

import { useEffect, useState } from "react";

/** A value, or the last one there was while the next is being read: what one looks at does not blink. */
export function useKept<T>(value: T | undefined): T | undefined {
  const [kept, setKept] = useState<T>();
  useEffect(() => {
    if (value !== undefined) setKept(value);
  }, [value]);
  return value ?? kept;
}
