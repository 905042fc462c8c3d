#!/usr/bin/env bats
# The walk through a real cluster: what the README promises, in the order in which an administrator meets it. README.md
# in this folder says what it needs. MODULE is the module's address without a tag; V0 and V1 are two tags of it.
#
# Requests are sent with --dry-run=server wherever that shows the same: they pass all webhooks and leave nothing behind.

setup_file() {
  cd "$BATS_TEST_DIRNAME/.."
  : "${KUBECONFIG:?the walk needs a cluster: set KUBECONFIG}"
  export MODULE=${MODULE:-oke-virtual-nodes-registry:5000/oke-virtual-nodes-policy} V0=${V0:-v0} V1=${V1:-v1}
  export E2E_INSTALL=${E2E_INSTALL:-e2e/install}
  local namespace
  # A run just before this one may still be removing them.
  kubectl wait namespace oke-vn-e2e oke-vn-e2e-exempt --for=delete --timeout=60s > /dev/null 2>&1 || true
  for namespace in oke-vn-e2e oke-vn-e2e-exempt; do
    kubectl get namespace "$namespace" > /dev/null 2>&1 || kubectl create namespace "$namespace" > /dev/null
    kubectl label --overwrite namespace "$namespace" oke-vn-e2e=yes > /dev/null
  done
}

teardown_file() {
  cd "$BATS_TEST_DIRNAME/.."
  "${HELM:-helm}" uninstall oke-vn-e2e --namespace oke-vn-e2e > /dev/null 2>&1 || true
  kubectl delete namespace oke-vn-e2e oke-vn-e2e-exempt --ignore-not-found --wait=false > /dev/null
  kubectl delete node oke-vn-e2e-virtual --ignore-not-found > /dev/null
}

setup() {
  cd "$BATS_TEST_DIRNAME/.."
}

# Installs the policy for the namespaces of the walk, with the values on standard input.
install() {
  cat - > "$BATS_TEST_TMPDIR/values.yaml"
  cat >> "$BATS_TEST_TMPDIR/values.yaml" << YAML
module: {repository: "$MODULE", tag: "${TAG:-$V0}"}
namespaceSelector: {matchLabels: {oke-vn-e2e: "yes"}}
YAML
  "$E2E_INSTALL" "$BATS_TEST_TMPDIR/values.yaml"
}

# What the API server says to the creation of a manifest, in a namespace.
create() {
  kubectl create --namespace "${2:-oke-vn-e2e}" --dry-run=server --output yaml --filename "e2e/manifests/$1.yaml" 2>&1
}

# An active policy is asked a moment later, when the API server has read its configuration: tries for a minute until a
# command succeeds.
eventually() {
  local attempt
  for ((attempt = 0; attempt < 60; attempt++)); do
    "$@" && return
    sleep 1
  done
  echo "not within a minute: $*" >&2
  return 1
}

says() {
  grep -qF -- "$2" <<< "$(create "$1" "${3:-oke-vn-e2e}")"
}

refutes() {
  ! says "$@"
}

contains() {
  grep -qF -- "$1" <<< "$output" || { echo "lacks: $1"; echo "$output"; return 1; }
}

lacks() {
  ! grep -qF -- "$1" <<< "$output" || { echo "has: $1"; echo "$output"; return 1; }
}

# bats test_tags=admission
@test "monitor denies nothing and warns" {
  install <<< 'mode: monitor'
  eventually says warned 'missing-resources spec.containers[0].resources'
  run create denied
  [ "$status" -eq 0 ]
}

# bats test_tags=cluster
@test "a policy goes from monitor to protect, and not back" {
  install <<< 'mode: protect'
  eventually says denied 'cannot run on OKE virtual nodes'
  run "${HELM:-helm}" upgrade oke-vn-e2e charts/oke-virtual-nodes-policy --namespace oke-vn-e2e \
    --set "module.repository=$MODULE,module.tag=$V0,mode=monitor"
  [ "$status" -ne 0 ]
}

# bats test_tags=admission
@test "a workload that cannot run is denied, with every reason" {
  install <<< 'mode: protect'
  eventually says denied 'cannot run on OKE virtual nodes: 2 problems'
  run create denied
  [ "$status" -ne 0 ]
  contains '- host-network spec.template.spec.hostNetwork: '
  contains '- init-containers spec.template.spec.initContainers[0]: '
}

# bats test_tags=admission
@test "a workload that can run is accepted without a word" {
  run create clean
  [ "$status" -eq 0 ]
  lacks 'Warning:'
}

# bats test_tags=admission
@test "what may go wrong is accepted with a warning" {
  run create warned
  [ "$status" -eq 0 ]
  contains 'Warning: missing-resources spec.containers[0].resources: '
}

# bats test_tags=admission
@test "other namespaces are left alone" {
  run create denied default
  [ "$status" -eq 0 ]
}

# bats test_tags=admission
@test "kubectl exec is denied" {
  kubectl apply --namespace oke-vn-e2e --filename e2e/manifests/clean.yaml > /dev/null
  run kubectl exec --namespace oke-vn-e2e clean -- true
  [ "$status" -ne 0 ]
  contains 'exec pods/exec: '
  kubectl delete pod --namespace oke-vn-e2e clean --grace-period=0 --force > /dev/null 2>&1
}

# bats test_tags=admission
@test "two policies fix what is safe and deny the rest" {
  install <<< 'mutate: safe'
  eventually says fixable 'terminationGracePeriodSeconds: 30'
  run create fixable
  [ "$status" -eq 0 ]
  contains 'Warning: termination-grace-period spec.terminationGracePeriodSeconds: '
  [ "$(grep -c 'memory: 1Gi' <<< "$output")" -eq 2 ]
  run create denied
  [ "$status" -ne 0 ]
}

# bats test_tags=admission
@test "an exemption lets a namespace pass, and no other" {
  install <<< 'exemptions: [{namespaces: [oke-vn-e2e-exempt], reason: for this walk}]'
  eventually says denied 'cannot run on OKE virtual nodes'
  eventually refutes denied 'cannot run on OKE virtual nodes' oke-vn-e2e-exempt
  run create denied oke-vn-e2e-exempt
  [ "$status" -eq 0 ]
  run create denied
  [ "$status" -ne 0 ]
}

# bats test_tags=admission
@test "in a mixed cluster a pod for managed nodes passes" {
  kubectl apply --filename e2e/manifests/node.yaml > /dev/null
  install <<< $'nodeKind: mixed\nlookups: [Node, Pod]'
  eventually says denied 'To keep it on managed nodes instead, '
  run create managed
  [ "$status" -eq 0 ]
  lacks 'Warning:'
}

# bats test_tags=cluster
@test "the audit report tells what runs already" {
  "${HELM:-helm}" uninstall oke-vn-e2e --namespace oke-vn-e2e > /dev/null
  eventually refutes denied 'cannot run on OKE virtual nodes'
  kubectl apply --namespace oke-vn-e2e --filename e2e/manifests/denied.yaml > /dev/null
  install <<< 'audit: true'
  kubectl create job --namespace "${KUBEWARDEN_NAMESPACE:-kubewarden}" oke-vn-e2e --from cronjob/audit-scanner > /dev/null
  kubectl wait --namespace "${KUBEWARDEN_NAMESPACE:-kubewarden}" job/oke-vn-e2e --for=condition=complete --timeout=180s
  run kubectl get reports.openreports.io --namespace oke-vn-e2e --output yaml
  kubectl delete job --namespace "${KUBEWARDEN_NAMESPACE:-kubewarden}" oke-vn-e2e > /dev/null
  kubectl delete --namespace oke-vn-e2e --filename e2e/manifests/denied.yaml > /dev/null
  contains 'clusterwide-oke-vn-e2e'
  contains 'result: fail'
  contains 'host-network'
}

# bats test_tags=cluster
@test "an upgrade to the next version keeps the settings and denies on" {
  install <<< 'helpUrl: https://wiki.example.com/virtual-nodes'
  TAG=$V1 install <<< 'helpUrl: https://wiki.example.com/virtual-nodes'
  run kubectl get clusteradmissionpolicies oke-vn-e2e --output jsonpath='{.spec.module}'
  [ "$output" = "registry://$MODULE:$V1" ]
  eventually says denied 'See https://wiki.example.com/virtual-nodes'
}

# bats test_tags=cluster
@test "after the removal nothing is left and nothing is denied" {
  "${HELM:-helm}" uninstall oke-vn-e2e --namespace oke-vn-e2e > /dev/null
  eventually refutes denied 'cannot run on OKE virtual nodes'
  run create denied
  [ "$status" -eq 0 ]
  run kubectl get clusteradmissionpolicies --selector app.kubernetes.io/instance=oke-vn-e2e --output name
  [ -z "$output" ]
  run kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations --output name
  lacks oke-vn-e2e
}
