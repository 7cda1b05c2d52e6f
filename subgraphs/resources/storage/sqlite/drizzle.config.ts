import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: './subgraphs/resources/storage/sqlite/tables.ts',
  out: './subgraphs/resources/storage/sqlite/migrations',
});
