/** The lines of a Postal Address (RFC 4517 §3.3.28): they are set apart by $, which stands as \24, and \ as \5C. */
export function postalLines(value: string): string[] {
  return value.split('$').map((line) => line.replace(/\\(24|5c)/gi, (_, code: string) => (code === '24' ? '$' : '\\')).trim());
}

/** @param text lines as somebody types them */
export function encodePostalAddress(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => line.replaceAll('\\', '\\5C').replaceAll('$', '\\24'))
    .join('$');
}
