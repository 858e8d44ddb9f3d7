target "desk" {
  contexts = { tools = "./tools", "node:20-slim" = "docker-image://acme/node" }
}
