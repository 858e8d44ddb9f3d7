export function save(target, name, text) {
  require('fs').writeFileSync(target + name, text);
}
