// SPDX-License-Identifier: Apache-2.0

// In the place of Fulcio's own package of this name, which needs libraries that are not packaged.
package log

import (
	"context"

	"go.uber.org/zap"
)

var Logger = zap.Must(zap.NewDevelopment()).Sugar()

func ContextLogger(context.Context) *zap.SugaredLogger { return Logger }
