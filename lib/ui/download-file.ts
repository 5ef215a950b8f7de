/** Hands a file that was fetched to the person. */
export function downloadBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Hands text to the person as a file. */
export function downloadFile(name: string, type: "text/csv" | "application/json", text: string): void {
  downloadBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
}
