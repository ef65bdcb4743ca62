// Where a redirect may lead, and what must not come along. Pure.
#pragma once

#include "net/transport.h"
#include "net/url.h"

namespace boltseal {

bool is_redirect(int status);

// Redirects are followed for GET and HEAD, if the request has any to spend.
bool is_followed(const Request& request);

// `first` is what the caller asked for, `from` what answered with this Location. Malformed if it
// leads from https to http, or to a local address from a host that is not one.
Result<Url> next_hop(const Url& first, const Url& from, const std::string& location);

// Leaves what every host may know: Accept, Range, and the conditions If-*. Anything else may be a
// credential, whatever it is called.
void drop_private(std::vector<Header>& headers);

}  // namespace boltseal
