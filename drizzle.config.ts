import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/db/*.table.ts', './src/modules/*/*.table.ts'],
  schemaFilter: ['public', 'personal', 'identity'],
  out: './drizzle',
});
