import { type ReactNode, useState } from 'react';
import { Button } from '../actions/button.js';
import { clock, number } from '../content/format.js';
import { type Column, Table } from '../content/table.js';
import styles from './chart.module.css';
import { highest, type Line, peakOf, roundUp, type Row, rowsOf, sentence, strokes } from './series.js';

interface ChartProps {
  readonly title: string;
  /** The title as shown, for example as a link. */
  readonly heading?: ReactNode;
  readonly unit: string;
  readonly lines: readonly Line[];
  /** When the first step ended, in milliseconds since the epoch. */
  readonly from: number;
  readonly stepMs: number;
}

const WIDTH = 600;
const HEIGHT = 140;
/** As many as there are colours. */
const MOST_LINES = 6;
const ROW_MS = 60_000;

/** Lines over time, with a summary in words and the numbers as a table. */
export function Chart({ title, heading = title, unit, lines: all, from, stepMs }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const lines = highest(all, MOST_LINES);
  return (
    <figure className={styles['chart']} aria-label={`${title} ${unit}`}>
      <figcaption className={styles['header']}>
        <span>
          <strong>{heading}</strong> <small>{unit}</small>
        </span>
        <Button
          kind="quiet"
          aria-pressed={asTable}
          aria-label={`Show as table: ${title}`}
          onClick={() => {
            setAsTable(!asTable);
          }}
        >
          Show as table
        </Button>
      </figcaption>
      {asTable ? (
        <Numbers title={title} lines={lines} from={from} stepMs={stepMs} />
      ) : (
        <Picture title={title} unit={unit} lines={lines} from={from} stepMs={stepMs} />
      )}
    </figure>
  );
}

function Picture({ title, unit, lines, from, stepMs }: ChartProps) {
  const top = roundUp(peakOf(lines));
  const steps = (lines[0]?.values.length ?? 1) - 1;
  return (
    <>
      <div className={styles['field']}>
        <span className={styles['top']}>{number(top)}</span>
        <svg
          role="img"
          aria-label={sentence(title, unit, lines)}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
        >
          {[0, 0.5, 1].map((share) => (
            <line key={share} className={styles['grid']} x1="0" x2={WIDTH} y1={HEIGHT * share} y2={HEIGHT * share} />
          ))}
          {lines.flatMap(({ name, values }, i) =>
            strokes(values, top, WIDTH, HEIGHT).map((points, j) => (
              <polyline key={`${name} ${j}`} className={styles[`line${i}`]} points={points} />
            )),
          )}
        </svg>
      </div>
      <div className={styles['times']} aria-hidden>
        <time>{clock(from)}</time>
        <time>{clock(from + steps * stepMs)}</time>
      </div>
      {lines.length === 0 ? (
        <p className={styles['none']}>Nothing within this time.</p>
      ) : (
        <ul className={styles['legend']}>
          {lines.map(({ name, values }, i) => (
            <li key={name}>
              <svg aria-hidden viewBox="0 0 16 4">
                <line className={styles[`line${i}`]} x1="0" x2="16" y1="2" y2="2" />
              </svg>
              <bdi>{name}</bdi> <b>{valueText(values.at(-1))}</b>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const valueText = (value: number | null | undefined): string => (value == null ? '–' : number(value));

function Numbers({ title, lines, from, stepMs }: Omit<ChartProps, 'unit'>) {
  const columns: readonly Column<Row>[] = [
    { header: 'Minute to', cell: ({ at }) => clock(at) },
    ...lines.map(({ name }, i): Column<Row> => ({
      header: name,
      cell: ({ means }) => valueText(means[i]),
      numeric: true,
    })),
  ];
  return (
    <div className={styles['numbers']}>
      <Table
        label={title}
        columns={columns}
        items={rowsOf(lines, from, stepMs, Math.max(1, Math.round(ROW_MS / stepMs)))}
        keyOf={({ at }) => at}
      />
    </div>
  );
}
