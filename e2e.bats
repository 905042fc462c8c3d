#!/usr/bin/env bats
# Requests put to the built module. KWCTL is the program that runs it, POLICY the module; see the Makefile.

setup() {
  KWCTL=${KWCTL:-kwctl}
  POLICY=${POLICY:-$BATS_TEST_DIRNAME/policy.wasm}
  REVIEWS=$BATS_TEST_DIRNAME/test_data/reviews
}

# Puts the Pod in $1, JSON of its spec, to the policy; more options may follow.
pod() {
  local spec=$1
  shift
  cat > "$BATS_TEST_TMPDIR/request.json" <<JSON
{"uid": "e2e", "kind": {"group": "", "version": "v1", "kind": "Pod"},
 "resource": {"group": "", "version": "v1", "resource": "pods"},
 "operation": "CREATE", "name": "web", "namespace": "shop", "userInfo": {"username": "e2e"},
 "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": $spec}}
JSON
  run "$KWCTL" run --request-path "$BATS_TEST_TMPDIR/request.json" "$@" "$POLICY"
}

contains() {
  [[ $output == *"$1"* ]] || { echo "expected: $1"; echo "got: $output"; return 1; }
}

@test "a pod that runs on virtual nodes is accepted" {
  pod '{"containers": [{"name": "web", "image": "web", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}]}'
  [ "$status" -eq 0 ]
  contains '"uid":"e2e","allowed":true'
}

@test "a pod that does not is denied, with the rule, the path and the code" {
  pod '{"hostNetwork": true, "containers": []}'
  [ "$status" -eq 0 ]
  contains '"allowed":false'
  contains 'Pod shop/web cannot run on OKE virtual nodes: 1 problem'
  contains '- host-network spec.hostNetwork: '
  contains '"code":403'
}

@test "settings choose the level" {
  pod '{"hostNetwork": true, "containers": []}' --settings-json '{"rules": {"host-network": "warn"}}'
  [ "$status" -eq 0 ]
  contains '"allowed":true'
  contains '"warnings":["host-network spec.hostNetwork: '
}

@test "settings that are wrong are refused before anything is judged" {
  pod '{"containers": []}' --settings-json '{"profile": "lax"}'
  [ "$status" -ne 0 ]
  contains 'Provided settings are not valid: '
  contains 'profile'
}

@test "a recorded review is answered" {
  run "$KWCTL" run --request-path "$REVIEWS/019-pod-create.json" "$POLICY"
  [ "$status" -eq 0 ]
  contains '"allowed":'
}
