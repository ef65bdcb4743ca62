#include "verify/trusted_root.h"

namespace boltseal {

TrustedLog::TrustedLog(NoteKey note_key) : key(std::move(note_key)), id(key.log_id()) {}

TrustedLog::TrustedLog(NoteKey note_key, LogId log_id, TimeRange range, std::string run_by)
    : key(std::move(note_key)), id(log_id), valid_for(range), operator_name(std::move(run_by)) {}

}  // namespace boltseal
