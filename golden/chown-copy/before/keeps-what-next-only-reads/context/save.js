export const save = (file, text) => require('fs').promises.writeFile(file, text)
