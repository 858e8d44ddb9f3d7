resource "docker_container" "visits" {
  image = docker_image.visits.image_id
  volumes {
    host_path      = "/srv/visits"
    container_path = "/app/state"
    read_only      = true
  }
}
