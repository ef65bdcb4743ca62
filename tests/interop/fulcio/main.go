// SPDX-License-Identifier: Apache-2.0

// Sigstore's certificate authority: its server, its rules for tokens and its way to make certificates, behind HTTP. Its
// key is gone when it ends, and none of the clouds is there that its own program can keep keys in. Beside it is what it
// needs of a certificate transparency log, made with the library of those logs: promises, and nothing that keeps them.
//
//	fulcio CONFIG ROOT.pem CT-KEY.pem
//
// CONFIG says which issuers are believed. Writes its root certificate and the key of the promises, and prints "serving
// at http://..." when it does.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	ct "github.com/google/certificate-transparency-go"
	ctclient "github.com/google/certificate-transparency-go/client"
	"github.com/google/certificate-transparency-go/jsonclient"
	"github.com/google/certificate-transparency-go/tls"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/sigstore/fulcio/pkg/ca/ephemeralca"
	"github.com/sigstore/fulcio/pkg/config"
	"github.com/sigstore/fulcio/pkg/generated/protobuf"
	"github.com/sigstore/fulcio/pkg/server"
	v1 "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	"google.golang.org/grpc/metadata"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: fulcio CONFIG ROOT.pem CT-KEY.pem")
	}
	cfg, err := config.Load(os.Args[1])
	check(err)
	authority, err := ephemeralca.NewEphemeralCA()
	check(err)
	chain, _ := authority.GetSignerWithChain()
	pem, err := cryptoutils.MarshalCertificatesToPEM(chain)
	check(err)
	check(os.WriteFile(os.Args[2], pem, 0o644))
	algorithms, err := signature.NewAlgorithmRegistryConfig([]v1.PublicKeyDetails{
		v1.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256,
	})
	check(err)

	fulcio := server.NewGRPCCAServer(promises(os.Args[3]), authority, algorithms, server.NewIssuerPool(cfg))
	mux := runtime.NewServeMux(runtime.WithMetadata(tokenOf))
	check(protobuf.RegisterCAHandlerServer(context.Background(), mux, fulcio))
	address := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(config.With(r.Context(), cfg)))
	}))
	fmt.Printf("serving at %s\n", address)
	select {}
}

func tokenOf(_ context.Context, r *http.Request) metadata.MD {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return metadata.Pairs(server.MetadataOIDCTokenKey, token)
}

// promises serves a log that promises everything, RFC 6962 section 4.2.
func promises(keyFile string) *ctclient.LogClient {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	pem, err := cryptoutils.MarshalPublicKeyToPEM(key.Public())
	check(err)
	check(os.WriteFile(keyFile, pem, 0o644))
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	check(err)
	id := sha256.Sum256(der)
	address := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request ct.AddChainRequest
		check(json.NewDecoder(r.Body).Decode(&request))
		var raw []ct.ASN1Cert
		for _, der := range request.Chain {
			raw = append(raw, ct.ASN1Cert{Data: der})
		}
		now := uint64(time.Now().UnixMilli())
		leaf, err := ct.MerkleTreeLeafFromRawChain(raw, ct.PrecertLogEntryType, now)
		check(err)
		promise := ct.SignedCertificateTimestamp{SCTVersion: ct.V1, Timestamp: now}
		signed, err := ct.SerializeSCTSignatureInput(promise, ct.LogEntry{Leaf: *leaf})
		check(err)
		made, err := tls.CreateSignature(*key, tls.SHA256, signed)
		check(err)
		bytes, err := tls.Marshal(made)
		check(err)
		w.Header().Set("Content-Type", "application/json")
		check(json.NewEncoder(w).Encode(ct.AddChainResponse{
			SCTVersion: ct.V1, ID: id[:], Timestamp: now, Signature: bytes,
		}))
	}))
	client, err := ctclient.New(address, http.DefaultClient, jsonclient.Options{PublicKey: string(pem)})
	check(err)
	return client
}

func serve(handler http.Handler) string {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(http.Serve(socket, handler)) }()
	return "http://" + socket.Addr().String()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
