import { type ConfigDto, type SettingDto } from '@switchboard/client/rest';
import { useQuery } from '@tanstack/react-query';
import { Facts } from '../../../ui/content/facts.js';
import { plural } from '../../../ui/content/format.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column, Table } from '../../../ui/content/table.js';
import { Badge, Empty } from '../../../ui/feedback/notice.js';
import { sdk } from '../../app/client.js';
import { useListPlace } from '../../data/list/list-place.js';
import { Loaded } from '../../data/loaded.js';
import { Toolbar } from '../../data/list/toolbar.js';
import { Licences } from './licences.js';
import styles from './settings.module.css';

export function Settings() {
  const config = useQuery({ queryKey: ['config'], queryFn: ({ signal }) => sdk.config.get({ signal }) });
  return (
    <Page title="Settings">
      <Loaded query={config}>{(data) => <Effective config={data} />}</Loaded>
      <Licences />
    </Page>
  );
}

const columns: readonly Column<SettingDto>[] = [
  { header: 'Setting', cell: ({ name }) => <code>{name}</code> },
  { header: 'Value', cell: (setting) => <Value setting={setting} /> },
  {
    header: 'From',
    cell: ({ source }) => (source === 'default' ? source : <Badge tone="good">{source}</Badge>),
  },
  { header: 'Default', cell: (setting) => setting.default },
  { header: 'What it does', cell: ({ description }) => <Description text={description} /> },
];

/** Shows text between backticks as code. */
function Description({ text }: { text: string }) {
  const parts = text.split('`');
  return (
    <span className={styles['description']}>
      {parts.map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}
    </span>
  );
}

function Value({ setting: { value, secret } }: { setting: SettingDto }) {
  if (value === null) return 'not set';
  if (secret) return 'set, never shown';
  return value === '' ? 'empty' : <code>{value}</code>;
}

/** The effective settings of the node that answers. */
function Effective({ config: { node, versions, groups } }: { config: ConfigDto }) {
  const place = useListPlace('');
  const onlyChanged = place.search['changed'] === 'yes';
  const words = (place.search['q'] ?? '').toLowerCase().split(/\s+/);
  const isShown = ({ name, description, value, source, secret }: SettingDto) => {
    const text = `${name} ${description} ${secret ? '' : (value ?? '')}`.toLowerCase();
    return (!onlyChanged || source !== 'default') && words.every((word) => text.includes(word));
  };
  const shown = groups
    .map(({ name, settings }) => ({ name, settings: settings.filter(isShown) }))
    .filter(({ settings }) => settings.length > 0);
  const all = groups.reduce((sum, { settings }) => sum + settings.length, 0);
  const count = shown.reduce((sum, { settings }) => sum + settings.length, 0);
  return (
    <>
      <Facts facts={{ Node: <code>{node}</code>, Switchboard: versions.switchboard, 'Node.js': versions.node }} />
      <div className={styles['tools']}>
        <Toolbar label="Settings" place={place} searchLabel="Name, value or purpose" filters={[]} />
        <label className={styles['switch']}>
          <input
            type="checkbox"
            role="switch"
            checked={onlyChanged}
            onChange={({ currentTarget }) => {
              place.filter({ changed: currentTarget.checked ? 'yes' : undefined });
            }}
          />
          Only what was changed
        </label>
        <span role="status" className={styles['count']}>
          {count} of {plural(all, 'setting')}
        </span>
      </div>
      {shown.length === 0 && <Empty title={onlyChanged ? 'Nothing was changed that matches' : 'Nothing matches'} />}
      {shown.map(({ name, settings }) => (
        <Panel key={name} title={name}>
          <Table label={name} columns={columns} items={settings} keyOf={(setting) => setting.name} />
        </Panel>
      ))}
    </>
  );
}
