//go:build tools

// Package tools names the commands the bed builds, so that `go mod tidy` keeps what they need in go.sum.
// go.mod replaces every staging module (k8s.io/api, k8s.io/client-go, ...) by its published version: inside the
// Kubernetes repository they are folders, which a module download does not contain.
package tools

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kube-scheduler"
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "k8s.io/kubernetes/cmd/kubelet"
)
