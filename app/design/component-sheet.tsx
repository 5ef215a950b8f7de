"use client";

export function ComponentSheet() {
  return null;
}
