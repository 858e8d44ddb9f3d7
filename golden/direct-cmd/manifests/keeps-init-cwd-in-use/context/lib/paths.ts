export const root = process.env['INIT_CWD'] ?? '.'
