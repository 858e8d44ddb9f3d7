target "base" {
  context = "base"
}

target "desk" {
  contexts = {
    "node:20-alpine" = "target:base"
  }
}
