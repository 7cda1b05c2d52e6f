import type { Resource, ResourceOrder } from '../../node.ts';
import { UsageError } from '../terminal/errors.ts';
import { count, formatBytes } from '../terminal/text.ts';
import { applyToIds } from './apply-to-ids.ts';
import { defineCommand, wholeNumber } from './command.ts';

const orders = new Map<string, ResourceOrder>([
  ['newest', 'NEWEST'],
  ['oldest', 'OLDEST'],
  ['title', 'TITLE'],
  ['updated', 'RECENTLY_UPDATED'],
]);

export const list = defineCommand({
  name: 'list',
  synopsis: '[options]',
  summary: 'Lists your images: id, size, URL and title, with tabs between.',
  options: {
    search: { type: 'string', value: '<text>', help: 'those whose title or description contains it' },
    order: { type: 'string', value: '<order>', help: `${[...orders.keys()].join(', ')}; newest by default` },
    limit: { type: 'string', value: '<n>', help: 'at most so many' },
  },
  async run({ values, context }) {
    const { search, order = 'newest' } = values;
    const orderBy = orders.get(order);
    if (!orderBy) throw new UsageError(`--order takes ${[...orders.keys()].join(', ')}.`, 'list');
    const limit = wholeNumber(values.limit, { option: 'limit', min: 1, max: 1_000_000 }) ?? Number.POSITIVE_INFINITY;
    const { client } = await context.connect(values.url);
    const filter = search === undefined ? undefined : { search };
    const pages = client.all({ orderBy, filter, pageSize: Math.min(100, limit) }, { signal: context.signal });
    let listed = 0;
    for await (const resource of pages) {
      context.terminal.print(cellsOf(resource), resource);
      listed += 1;
      if (listed === limit) break;
    }
    return 0;
  },
});

const cellsOf = ({ id, title, image }: Resource) => [
  id,
  `${image.width}x${image.height}`,
  formatBytes(image.sizeBytes),
  image.url,
  title,
];

export const remove = defineCommand({
  name: 'delete',
  synopsis: '[options] <id>...',
  summary: 'Deletes images for good.',
  options: { yes: { type: 'boolean', help: 'does not ask' } },
  names: { min: 1, missing: 'Name the ids to delete, as image-supergraph list prints them.' },
  async run({ values, names, context }) {
    const { terminal, prompt, signal } = context;
    const ids = [...new Set(names)];
    const { client } = await context.connect(values.url);
    if (!values.yes) {
      const question = `Delete ${count(ids.length, 'image')} for good? [y/N] `;
      const answer = await prompt.ask(question, { otherwise: 'add --yes to delete without a question.', signal });
      if (!/^y(es)?$/i.test(answer.trim())) {
        terminal.warn('Nothing was deleted.');
        return 1;
      }
    }
    const apply = (id: string) => client.delete(id, { signal });
    return applyToIds({ ids, terminal, outcome: 'deleted', apply });
  },
});
