import { readFile, writeFile } from 'node:fs/promises';
import { documentedTemplates } from './documented-templates.ts';
import { permissionsTable } from './permissions.ts';
import { settingsTable, withTable } from './tables.ts';

/** `npm run docs:tables`: brings the tables of README.md and docs/settings.md up to date with the template and the settings. */
const readme = new URL('../README.md', import.meta.url);
const settings = new URL('../docs/settings.md', import.meta.url);
const { more, usual } = documentedTemplates();
await writeTable(settings, 'settings', settingsTable());
await writeTable(settings, 'permissions', permissionsTable(usual, more));
await writeTable(readme, 'permissions', permissionsTable(usual));

async function writeTable(file: URL, name: string, table: string): Promise<void> {
  await writeFile(file, withTable(await readFile(file, 'utf8'), name, table));
}
