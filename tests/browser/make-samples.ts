import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { wantsHelp } from '../../platform/process/lifecycle.ts';

const usage = `Usage: node --import tsx tests/browser/make-samples.ts

Draws the two sample images of the explorer in gateway/explorer/page/mission/samples again.
`;

/** Draws the two sample images in the explorer's tabs: one landscape, by day and by night. */
const scene = (
  { sky, sun, far, near, field }: Record<'sky' | 'sun' | 'far' | 'near' | 'field', string>,
  sunY: number,
) => `
<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120" shape-rendering="crispEdges">
  <rect width="160" height="120" fill="${sky}"/>
  <circle cx="112" cy="${sunY}" r="15" fill="${sun}"/>
  <path d="M0 78 L34 44 L58 66 L86 36 L124 74 L160 52 V120 H0 Z" fill="${far}"/>
  <path d="M0 92 Q40 66 84 88 T160 82 V120 H0 Z" fill="${near}"/>
  <path d="M0 106 Q60 90 110 104 T160 100 V120 H0 Z" fill="${field}"/>
</svg>`;
const scenes = {
  day: scene({ sky: '#a5d8ff', sun: '#ffe066', far: '#748ffc', near: '#51cf66', field: '#2b8a3e' }, 30),
  night: scene({ sky: '#1b1f4b', sun: '#f8f9fa', far: '#364fc7', near: '#2b5c50', field: '#12332b' }, 24),
};

for (const [name, drawing] of wantsHelp(usage) ? [] : Object.entries(scenes)) {
  const path = fileURLToPath(new URL(`../../gateway/explorer/page/mission/samples/${name}.png`, import.meta.url));
  await sharp(Buffer.from(drawing)).png({ palette: true, colours: 8, compressionLevel: 9, effort: 10 }).toFile(path);
}
