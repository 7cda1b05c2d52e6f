import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: './subgraphs/auth/storage/sqlite/tables.ts',
  out: './subgraphs/auth/storage/sqlite/migrations',
});
