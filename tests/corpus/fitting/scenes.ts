import sharp from 'sharp';

interface Size {
  width: number;
  height: number;
}

/** A photo drawn at any size, with detail at every scale and the noise of a sensor, as photos of phones have. */
export interface Scene {
  name: string;
  /** Returns the luminance (0 to 255) at a place of the image, whose sides are 1 and its ratio. */
  luminance: (at: Place) => number;
  /** The colour that it has in full light. */
  tint: (at: Place) => readonly [red: number, green: number, blue: number];
  /** Standard deviation of the sensor's noise. */
  noise: number;
}

interface Place {
  x: number;
  y: number;
  /** Fractal noise, about -1 to 1: `coarse` like clouds, `fine` like leaves. */
  coarse: number;
  fine: number;
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const near = (a: number, b: number, width: number) => Math.exp(-(((a - b) / width) ** 2));

export const scenes: Scene[] = [
  {
    name: 'landscape',
    luminance: ({ x, y, coarse, fine }) => {
      const ridge = 0.42 + 0.06 * Math.sin(x * 7) + 0.03 * coarse;
      if (y < ridge) return 205 - 60 * y + 25 * coarse;
      return 95 + 25 * coarse + 75 * fine * clamp((y - ridge) * 6, 0.25, 1);
    },
    tint: ({ x, y }) => (y < 0.42 + 0.06 * Math.sin(x * 7) ? [0.82, 0.95, 1.12] : [0.9, 1.08, 0.7]),
    noise: 2.5,
  },
  {
    name: 'leaves',
    luminance: ({ coarse, fine }) => 110 + 45 * coarse + 120 * fine,
    tint: ({ coarse }) => (coarse > 0.3 ? [1.1, 1.02, 0.6] : [0.8, 1.1, 0.65]),
    noise: 3,
  },
  {
    name: 'portrait',
    luminance: ({ x, y, coarse, fine }) => {
      const face = near(x, 0.5, 0.2) * near(y, 0.4, 0.26);
      const hair = near(x, 0.5, 0.24) * near(y, 0.2, 0.12) * (1 - face);
      const eyes = near(y, 0.36, 0.014) * (near(x, 0.43, 0.03) + near(x, 0.57, 0.03));
      return 70 + 25 * coarse + 125 * face - 110 * eyes - 60 * hair + (hair * 130 + face * 16) * fine;
    },
    tint: ({ x, y }) => (near(x, 0.5, 0.2) * near(y, 0.4, 0.26) > 0.3 ? [1.15, 0.97, 0.85] : [0.9, 1, 1.05]),
    noise: 2,
  },
  {
    name: 'street',
    luminance: ({ x, y, coarse, fine }) => {
      const house = Math.floor(x * 9);
      const top = 0.15 + 0.2 * ((house * 37) % 10) * 0.1;
      if (y < top) return 215 - 40 * y + 12 * coarse;
      const window = (x * 63) % 1 > 0.35 && (y * 41) % 1 > 0.4;
      const wire = Math.abs(y - 0.3 - 0.1 * x) < 0.0008 ? -70 : 0;
      return (window ? 55 + ((house * 53) % 40) : 150 + ((house * 71) % 50)) + wire + 14 * coarse + 38 * fine;
    },
    tint: ({ x }) => [1.05, 0.92 + 0.02 * (Math.floor(x * 9) % 5), 0.8 + 0.05 * (Math.floor(x * 9) % 4)],
    noise: 2.5,
  },
  {
    name: 'page',
    luminance: ({ x, y, coarse, fine }) => {
      const [line, letter] = [Math.floor(y * 60), Math.floor(x * 140)];
      const stroke = Math.sin(letter * 12.9898 + line * 78.233) * 43758.5453;
      const isInk = (y * 60) % 1 > 0.45 && stroke - Math.floor(stroke) > 0.25 && (x * 140 * 3) % 1 > 0.45;
      return (isInk && x > 0.08 && x < 0.92 ? 40 : 225 - 30 * x) + 8 * coarse + 6 * fine;
    },
    tint: () => [1, 0.98, 0.93],
    noise: 2,
  },
  {
    name: 'night',
    luminance: ({ x, y, coarse, fine }) => {
      const lamps = [0.2, 0.45, 0.7, 0.9].reduce((sum, at) => sum + near(x, at, 0.02) * near(y, 0.45, 0.03), 0);
      return 22 + 14 * coarse + 16 * fine + 230 * lamps + (y > 0.6 ? 30 * near((x * 5) % 1, 0.5, 0.3) : 0);
    },
    tint: () => [1.1, 0.95, 0.8],
    noise: 8,
  },
];

/** Draws a scene as 8-bit RGB. */
export async function drawScene(scene: Scene, { width, height }: Size) {
  const size = { width, height };
  const coarse = await fractal(size, { seed: 1, cells: [512, 256, 128, 64], falloff: 0.6 });
  const fine = await fractal(size, { seed: 2, cells: [96, 48, 24, 12, 6, 3], falloff: 0.75 });
  const random = randomNumbers(3);
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      const place = { x: x / width, y: y / height, coarse: coarse[at] ?? 0, fine: fine[at] ?? 0 };
      const luminance = scene.luminance(place);
      const tint = scene.tint(place);
      for (let channel = 0; channel < 3; channel += 1) {
        // The sum of two uniform numbers is close enough to a normal one.
        const noise = (random() + random() - 1) * 2.45 * scene.noise;
        pixels[at * 3 + channel] = clamp(luminance * (tint[channel] ?? 1) + noise, 0, 255);
      }
    }
  }
  // Lenses and the filters of sensors soften single pixels.
  return sharp(pixels, { raw: { ...size, channels: 3 } }).blur(0.6);
}

/** Sums noise of several cell sizes, in pixels of a 12-megapixel image. */
async function fractal(size: Size, options: { seed: number; cells: number[]; falloff: number }) {
  const { width, height } = size;
  const sum = new Float32Array(width * height);
  let amplitude = 1;
  for (const [nth, cell] of options.cells.entries()) {
    const scaled = Math.max(1, (cell * width) / 4_032);
    const small = { width: Math.ceil(width / scaled), height: Math.ceil(height / scaled) };
    const random = randomNumbers(options.seed * 100 + nth);
    const grid = Uint8Array.from({ length: small.width * small.height }, () => random() * 256);
    const layer = await sharp(grid, { raw: { ...small, channels: 1 } })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .extractChannel(0)
      .raw()
      .toBuffer();
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + (((layer[at] ?? 0) - 128) / 128) * amplitude;
    amplitude *= options.falloff;
  }
  return sum.map((value) => value * 0.6);
}

/** Pseudo-random numbers from 0 to 1 (mulberry32), the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
