#include "cli/curve_key_decoder.h"

#include "verify/curve.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/params.h>

#include <array>
#include <mutex>
#include <string>

namespace boltseal {

namespace {

// A key on a curve that is no point yet, of which all keys on that curve are copies.
struct Blank {
    std::once_flag once;  // guards what follows
    void* key = nullptr;
};

// Nothing of it but the blanks changes once the decoder has started.
struct Decoder {
    OSSL_FUNC_BIO_read_ex_fn* read = nullptr;
    OSSL_FUNC_keymgmt_new_fn* make_key = nullptr;
    OSSL_FUNC_keymgmt_free_fn* free_key = nullptr;
    OSSL_FUNC_keymgmt_import_fn* import = nullptr;
    OSSL_FUNC_keymgmt_dup_fn* copy = nullptr;
    OSSL_FUNC_keymgmt_set_params_fn* set = nullptr;
    void* context = nullptr;
    std::array<Blank, 3> blanks;  // in the order of the curves

    void take_core(const OSSL_DISPATCH* next) {
        for (; next->function_id != 0; ++next) {
            if (next->function_id == OSSL_FUNC_BIO_READ_EX) read = OSSL_FUNC_BIO_read_ex(next);
        }
    }

    void take_keys(const OSSL_DISPATCH* next) {
        for (; next->function_id != 0; ++next) {
            switch (next->function_id) {
                case OSSL_FUNC_KEYMGMT_NEW:
                    make_key = OSSL_FUNC_keymgmt_new(next);
                    break;
                case OSSL_FUNC_KEYMGMT_FREE:
                    free_key = OSSL_FUNC_keymgmt_free(next);
                    break;
                case OSSL_FUNC_KEYMGMT_IMPORT:
                    import = OSSL_FUNC_keymgmt_import(next);
                    break;
                case OSSL_FUNC_KEYMGMT_DUP:
                    copy = OSSL_FUNC_keymgmt_dup(next);
                    break;
                case OSSL_FUNC_KEYMGMT_SET_PARAMS:
                    set = OSSL_FUNC_keymgmt_set_params(next);
                    break;
                default:
                    break;
            }
        }
    }

    bool has_all() const { return read && make_key && free_key && import && copy && set; }
};
Decoder decoder;

constexpr int kCurveOnly = OSSL_KEYMGMT_SELECT_ALL_PARAMETERS;

void* make_blank(const Curve& curve) {
    std::string group = curve.group;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
        OSSL_PARAM_construct_end()};
    void* const key = decoder.make_key(decoder.context);
    if (key && decoder.import(key, kCurveOnly, params) == 1) return key;
    decoder.free_key(key);
    return nullptr;
}

const void* blank_of(const Curve& curve) {
    Blank& blank = decoder.blanks.at(static_cast<std::size_t>(&curve - allowed_curves().data()));
    std::call_once(blank.once, [&] { blank.key = make_blank(curve); });
    return blank.key;
}

// Null if the point is not on its curve.
void* make_key(const Curve& curve, Bytes spki) {
    const void* const blank = blank_of(curve);
    void* const key = blank ? decoder.copy(blank, kCurveOnly) : nullptr;
    Buffer point = to_buffer(curve.point_of(spki));
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point.data(),
                                          point.size()),
        OSSL_PARAM_construct_end()};
    if (key && decoder.set(key, params) == 1) return key;
    decoder.free_key(key);
    return nullptr;
}

// Key management of the default provider takes a key over by emptying what it is referred to by.
int hand_over(void* key, OSSL_CALLBACK* take, void* taker) {
    int kind = OSSL_OBJECT_PKEY;
    std::string type = "EC";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &kind),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, type.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_REFERENCE, &key, sizeof key),
        OSSL_PARAM_construct_end()};
    const int taken = take(params, taker);
    decoder.free_key(key);
    return taken;
}

// 1 where nothing was decoded means that others may try.
int decode(void*, OSSL_CORE_BIO* in, int, OSSL_CALLBACK* take, void* taker,
           OSSL_PASSPHRASE_CALLBACK*, void*) noexcept {
    std::array<std::uint8_t, 256> bytes;  // more than the longest plain form
    std::size_t size = 0;
    if (decoder.read(in, bytes.data(), bytes.size(), &size) != 1) return 1;
    const Bytes spki(bytes.data(), size);
    const Curve* const curve = plain_curve(spki);
    void* const key = curve ? make_key(*curve, spki) : nullptr;
    return key ? hand_over(key, take, taker) : 1;
}

}  // namespace

const OSSL_DISPATCH* start_curve_key_decoder(const CurveKeyParts& parts) {
    static const OSSL_DISPATCH kFunctions[] = {
        {OSSL_FUNC_DECODER_NEWCTX,
         reinterpret_cast<void (*)()>(+[](void*) noexcept -> void* { return &decoder; })},
        {OSSL_FUNC_DECODER_FREECTX, reinterpret_cast<void (*)()>(+[](void*) noexcept {})},
        {OSSL_FUNC_DECODER_DECODE, reinterpret_cast<void (*)()>(decode)},
        {0, nullptr},
    };
    decoder.take_core(parts.core);
    decoder.take_keys(parts.keys);
    decoder.context = parts.context;
    return decoder.has_all() ? kFunctions : nullptr;
}

}  // namespace boltseal
