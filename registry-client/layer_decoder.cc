#include "registry-client/layer_decoder.h"

namespace boltseal {

namespace {

class PlainTar : public LayerDecoder {
public:
    Result<void> take(Bytes piece, const BodySink& sink) override { return sink(piece); }
    Result<void> finish() override { return {}; }
};

bool is_layer(std::string_view type) {
    return type.starts_with("application/vnd.oci.image.layer.") ||
           type.starts_with("application/vnd.docker.image.rootfs.");
}

}  // namespace

Result<std::unique_ptr<LayerDecoder>> decoder_for(std::string_view media_type) {
    if (is_layer(media_type)) {
        if (media_type.ends_with("+gzip") || media_type.ends_with(".gzip")) return make_gunzip();
        if (media_type.ends_with("+zstd") || media_type.ends_with(".zstd")) return make_unzstd();
        if (media_type.ends_with("tar")) {
            return std::unique_ptr<LayerDecoder>(std::make_unique<PlainTar>());
        }
    }
    return Error(Fault::Malformed, printable(media_type) + " is no layer that can be unpacked");
}

std::string_view layer_type_of(Bytes start) {
    const std::string_view text = as_text(start);
    if (text.starts_with("\x1F\x8B")) return "application/vnd.oci.image.layer.v1.tar+gzip";
    if (text.starts_with("\x28\xB5\x2F\xFD")) return "application/vnd.oci.image.layer.v1.tar+zstd";
    return "application/vnd.oci.image.layer.v1.tar";
}

}  // namespace boltseal
