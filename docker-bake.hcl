# All images for both platforms: docker buildx bake --push (the release does so), or for this machine alone: docker buildx bake --load --set '*.platform='
variable "REGISTRY" { default = "waybill" }
variable "VERSION" { default = "0.1.0" }
variable "REVISION" { default = "unknown" }
variable "CREATED" { default = "unknown" }

group "default" { targets = ["services", "tools"] }

target "common" {
  platforms = ["linux/amd64", "linux/arm64"]
  args      = { VERSION = VERSION, REVISION = REVISION, CREATED = CREATED }
  attest    = ["type=provenance,mode=max", "type=sbom"]
}

target "services" {
  inherits = ["common"]
  name     = "service-${service}"
  matrix   = { service = ["order", "inventory", "warehouse", "shipping", "after-sales", "notification", "console"] }
  target   = "service"
  args     = { SERVICE = service }
  tags     = ["${REGISTRY}/${service}:${VERSION}"]
}

target "tools" {
  inherits = ["common"]
  target   = "tools"
  tags     = ["${REGISTRY}/tools:${VERSION}"]
}
