# An image with nothing but the program. It needs no network and no root:
#   docker build -t touchmark .
#   docker run --rm --network none -v "$PWD:/in:ro" touchmark scan /in/bom.json --policy ndaa-889
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /touchmark ./cmd/touchmark

FROM scratch
COPY --from=build /touchmark /touchmark
COPY LICENSE /LICENSE
USER 65534:65534
ENTRYPOINT ["/touchmark"]
