type Rgb = readonly [red: number, green: number, blue: number];

const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
/** The papers that words stand on, as in static/mos.css. */
const paper = { light: parse('#f4f2ec'), dark: parse('#22262d') };
/** WCAG 2.2 §1.4.3 asks 4.5; a bit more, since hovering and underlines take some away. */
const enough = 5;

/**
 * Shades of the club's colour in which words can be read, whatever colour it is.
 * @param colour #rrggbb
 * @returns a style sheet's custom properties
 */
export function clubShades(colour: string): string {
  const club = parse(colour);
  const shades = {
    club: club,
    'club-on-light': readable(club, paper.light, black),
    'club-on-dark': readable(club, paper.dark, white),
    'club-fill': readable(club, white, black),
    'club-fill-hover': mix(readable(club, white, black), black, 0.2),
  };
  return `:root{${Object.entries(shades)
    .map(([name, shade]) => `--${name}:${print(shade)}`)
    .join(';')}}`;
}

/** The club's colour as the ground for white words, as #rrggbb. */
export function clubFill(colour: string): string {
  return print(readable(parse(colour), white, black));
}

/** The colour itself, or as much of another in it as it takes to be read on the background. */
function readable(colour: Rgb, background: Rgb, towards: Rgb): Rgb {
  for (let part = 0; part < 1; part += 0.02) {
    const shade = mix(colour, towards, part);
    if (contrast(shade, background) >= enough) return shade;
  }
  return towards;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number]; // map keeps the length
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(one: Rgb, other: Rgb, part: number): Rgb {
  return [0, 1, 2].map((at) => Math.round((one[at] ?? 0) * (1 - part) + (other[at] ?? 0) * part)) as unknown as Rgb; // three in, three out
}

/** @param text #rrggbb */
export function parse(text: string): Rgb {
  const number = Number.parseInt(text.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function print(colour: Rgb): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
