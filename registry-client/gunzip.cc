#include "registry-client/layer_decoder.h"

#include <zlib.h>

namespace boltseal {

namespace {

constexpr std::size_t kRoom = std::size_t{256} << 10;
constexpr int kGzipOnly = 15 + 16;  // the largest window, and no zlib header

class Gunzip : public LayerDecoder {
public:
    Gunzip() : is_ready_(::inflateInit2(&stream_, kGzipOnly) == Z_OK) {}
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;
    ~Gunzip() override { ::inflateEnd(&stream_); }

    Result<void> take(Bytes piece, const BodySink& sink) override {
        if (!is_ready_) return Error(Fault::Io, "gzip cannot be read: no memory");
        stream_.next_in = const_cast<Bytef*>(piece.data());  // zlib only reads there
        stream_.avail_in = static_cast<uInt>(piece.size());
        do {
            const bool was_fed = stream_.avail_in > 0;
            stream_.next_out = room_.data();
            stream_.avail_out = static_cast<uInt>(room_.size());
            const int code = ::inflate(&stream_, Z_NO_FLUSH);
            if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
                return Error(Fault::Malformed, "layer is not gzip");
            }
            const std::size_t n = room_.size() - stream_.avail_out;
            if (n > 0) BOLTSEAL_CHECK(sink(Bytes(room_).first(n)));
            if (was_fed || n > 0) at_end_ = code == Z_STREAM_END;
            if (code == Z_STREAM_END) ::inflateReset(&stream_);  // for another member
        } while (stream_.avail_in > 0 || stream_.avail_out == 0);
        return {};
    }

    Result<void> finish() override {
        if (at_end_) return {};
        return Error(Fault::Malformed, "layer ends in the middle of its gzip");
    }

private:
    z_stream stream_{};
    bool is_ready_;
    bool at_end_ = false;
    Buffer room_ = Buffer(kRoom);
};

}  // namespace

std::unique_ptr<LayerDecoder> make_gunzip() {
    return std::make_unique<Gunzip>();
}

}  // namespace boltseal
