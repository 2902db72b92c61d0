/** A scanned page: a PDF whose only content is a picture of text, drawn by ImageMagick. */
import { execFileSync } from 'node:child_process';

const [WIDTH, HEIGHT] = [1240, 1754];

export function scannedPage(lines) {
  const text = lines.join('\n');
  const font = execFileSync('fc-match', ['-f', '%{file}', 'sans'], { encoding: 'utf8' });
  const jpeg = execFileSync('convert', [
    '-size', `${WIDTH}x${HEIGHT}`, 'xc:white', '-font', font, '-fill', '#222', '-pointsize', '44',
    '-annotate', '+120+300', text, '-quality', '85', 'jpeg:-',
  ]);
  const content = 'q 595 0 0 842 0 0 cm /P Do Q';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /P 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ].map((object) => Buffer.from(object));
  const colours = execFileSync('identify', ['-format', '%[colorspace]', 'jpeg:-'], { input: jpeg, encoding: 'utf8' });
  const space = colours.startsWith('Gray') ? '/DeviceGray' : '/DeviceRGB';
  const head = `<< /Type /XObject /Subtype /Image /Width ${WIDTH} /Height ${HEIGHT} /ColorSpace ${space} /BitsPerComponent 8 /Filter /DCTDecode /Length ${jpeg.length} >>\nstream\n`;
  objects.push(Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\nendstream')]));
  let file = Buffer.from('%PDF-1.4\n');
  const places = objects.map((object, at) => {
    const place = file.length;
    file = Buffer.concat([file, Buffer.from(`${at + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.concat([file, Buffer.from(end)]);
}
