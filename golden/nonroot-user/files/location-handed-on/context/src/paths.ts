import { resolve } from 'path'

export const here = (...parts: string[]): string => resolve(__dirname, ...parts)
