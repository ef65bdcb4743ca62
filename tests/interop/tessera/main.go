// SPDX-License-Identifier: Apache-2.0

// A log by Tessera that asks witnesses. Tessera's own programs ask none; its library does.
//
//	tessera-witnessed FOLDER ORIGIN            makes FOLDER/key and FOLDER/key.pub
//	tessera-witnessed FOLDER ADDRESS POLICY    serves the log in FOLDER/log
//
// It takes entries at /add, and answers once the entry is in a checkpoint that the policy's witnesses have cosigned.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	switch len(os.Args) {
	case 3:
		makeKey(os.Args[1], os.Args[2])
	case 4:
		serve(os.Args[1], os.Args[2], os.Args[3])
	default:
		log.Fatal("usage: tessera-witnessed FOLDER ORIGIN | FOLDER ADDRESS POLICY")
	}
}

func makeKey(folder, origin string) {
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	check(err)
	check(os.MkdirAll(folder, 0o755))
	check(os.WriteFile(filepath.Join(folder, "key"), []byte(secret), 0o600))
	check(os.WriteFile(filepath.Join(folder, "key.pub"), []byte(public), 0o644))
}

func serve(folder, address, policy string) {
	ctx := context.Background()
	secret, err := os.ReadFile(filepath.Join(folder, "key"))
	check(err)
	signer, err := note.NewSigner(string(secret))
	check(err)
	text, err := os.ReadFile(policy)
	check(err)
	witnesses, err := tessera.NewWitnessGroupFromPolicy(text)
	check(err)
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(100*time.Millisecond).
		WithWitnesses(witnesses, &tessera.WitnessOptions{Timeout: time.Second})
	served := filepath.Join(folder, "log")
	driver, err := posix.New(ctx, posix.Config{Path: served})
	check(err)
	appender, _, reader, err := tessera.NewAppender(ctx, driver, options)
	check(err)
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 50*time.Millisecond)

	http.HandleFunc("/add", func(w http.ResponseWriter, r *http.Request) {
		entry, err := io.ReadAll(r.Body)
		if err == nil {
			wait, cancel := context.WithTimeout(r.Context(), 5*time.Second)
			defer cancel()
			var index tessera.Index
			index, _, err = awaiter.Await(wait, appender.Add(wait, tessera.NewEntry(entry)))
			if err == nil {
				fmt.Fprint(w, index.Index)
				return
			}
		}
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	})
	http.Handle("/", http.FileServer(http.Dir(served)))
	check(http.ListenAndServe(address, nil))
}
