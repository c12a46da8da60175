import qrcode from 'qrcode-generator';
import styles from './qr.module.css';

/** Modules of white space that readers need around a code. */
const MARGIN = 4;

/** A text as a QR code, black on white in any theme, since not all readers accept the inverse. */
export function Qr({ text }: { text: string }) {
  const qr = qrcode(0, 'M');
  qr.addData(text);
  qr.make();
  const count = qr.getModuleCount();
  const size = count + 2 * MARGIN;
  const cells = Array.from({ length: count * count }, (_, i) => [Math.floor(i / count), i % count] as const);
  const path = cells
    .filter(([row, column]) => qr.isDark(row, column))
    .map(([row, column]) => `M${column + MARGIN} ${row + MARGIN}h1v1h-1z`)
    .join('');
  return (
    <svg className={styles['qr']} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={`QR code of ${text}`}>
      <path d={path} fill="#000" />
    </svg>
  );
}
