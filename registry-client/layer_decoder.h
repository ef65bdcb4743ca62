// A layer's tar out of what it is compressed with: gzip (RFC 1952, zlib), zstd (RFC 8878), or
// nothing. Several members or frames one after another are one stream, as both formats say.
#pragma once

#include "net/transport.h"

#include <memory>

namespace boltseal {

class LayerDecoder {
public:
    virtual ~LayerDecoder() = default;
    // Malformed if the bytes are not of the format.
    virtual Result<void> take(Bytes piece, const BodySink& sink) = 0;
    // Malformed if the stream is not at its end.
    virtual Result<void> finish() = 0;
};

std::unique_ptr<LayerDecoder> make_gunzip();  // gunzip.cc
std::unique_ptr<LayerDecoder> make_unzstd();  // unzstd.cc

// By the media type of a layer, of OCI or Docker; Malformed if it is of no tar that we know.
Result<std::unique_ptr<LayerDecoder>> decoder_for(std::string_view media_type);

// By the first bytes, where nothing says the type: its media type as OCI has it.
std::string_view layer_type_of(Bytes start);

}  // namespace boltseal
