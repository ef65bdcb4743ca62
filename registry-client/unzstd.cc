#include "registry-client/layer_decoder.h"

#include <zstd.h>

namespace boltseal {

namespace {

struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

class Unzstd : public LayerDecoder {
public:
    Unzstd() : stream_(ZSTD_createDStream()), room_(ZSTD_DStreamOutSize()) {}

    // Frames that are to be skipped, as in zstd:chunked, are: the library does that.
    Result<void> take(Bytes piece, const BodySink& sink) override {
        if (!stream_) return Error(Fault::Io, "zstd cannot be read: no memory");
        ZSTD_inBuffer in{piece.data(), piece.size(), 0};
        ZSTD_outBuffer out{};
        do {
            const bool was_fed = in.pos < in.size;
            out = {room_.data(), room_.size(), 0};
            const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
            if (ZSTD_isError(left) != 0) return Error(Fault::Malformed, "layer is not zstd");
            if (out.pos > 0) BOLTSEAL_CHECK(sink(Bytes(room_).first(out.pos)));
            if (was_fed || out.pos > 0) at_end_ = left == 0;
        } while (in.pos < in.size || out.pos == out.size);
        return {};
    }

    Result<void> finish() override {
        if (at_end_) return {};
        return Error(Fault::Malformed, "layer ends in the middle of its zstd");
    }

private:
    std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
    Buffer room_;
    bool at_end_ = false;
};

}  // namespace

std::unique_ptr<LayerDecoder> make_unzstd() {
    return std::make_unique<Unzstd>();
}

}  // namespace boltseal
