import { ppid, exit } from 'node:process';

export const watch = () => setInterval(() => {
  if (ppid === 1) exit(3);
}, 1000);
