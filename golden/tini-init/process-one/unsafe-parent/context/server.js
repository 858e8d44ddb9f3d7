import('./orphan.mjs').then((orphan) => orphan.watch());
