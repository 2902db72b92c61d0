/**
 * Draws a page of the fake host, as a reader's process would draw a page of a document.
 * Owns a plain layout of paragraphs; where there is no canvas, as in tests without a browser, the page
 * stays white.
 */
import type { PageView } from './host';

const WIDTH = 840;
const HEIGHT = 1188;
const MARGIN = 90;
const LINE = 30;

export function drawnPage(paragraphs: string[], lit: string | null): PageView {
  const pixels = new Uint8Array(WIDTH * HEIGHT).fill(255);
  const view: PageView = { width: WIDTH, height: HEIGHT, lit: [], pixels };
  const context = document.createElement('canvas').getContext?.('2d', { willReadFrequently: true });
  if (!context) return view;
  context.canvas.width = WIDTH;
  context.canvas.height = HEIGHT;
  context.fillStyle = 'white';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = 'black';
  context.font = '21px serif';
  let y = MARGIN;
  for (const paragraph of paragraphs) {
    for (const line of wrapped(context, paragraph)) {
      y += LINE;
      context.fillText(line, MARGIN, y);
      if (paragraph === lit) {
        const width = context.measureText(line).width;
        view.lit.push([MARGIN / WIDTH, (y - 21) / HEIGHT, width / WIDTH, 28 / HEIGHT]);
      }
    }
    y += LINE;
  }
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = data[4 * at] ?? 255;
  return view;
}

function wrapped(context: CanvasRenderingContext2D, paragraph: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && context.measureText(longer).width > WIDTH - 2 * MARGIN) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}
