#!/usr/bin/env bats
# Requests put to the built module, as an API server would send them.
#
# KWCTL is the program that runs the module: kwctl, or `policy-run` of harness/, which answers alike. POLICY is the module.
# Both are set by `make e2e-tests`. The requests of the rules and what comes of them are made from the examples in their
# documentation: `BLESS=1 cargo test --test docs` writes them, and without BLESS compares them.

# kwctl lets a module look up what the metadata in it names, and nothing where there is no metadata. `policy-run`
# cannot write metadata into a module, and lets one without any look up everything.
setup_file() {
  cd "$BATS_TEST_DIRNAME"
  export KWCTL=${KWCTL:-kwctl} POLICY=${POLICY:-}
  if [ -z "$POLICY" ]; then
    POLICY=annotated-policy.wasm
    [ -e "$POLICY" ] || POLICY=policy.wasm
  fi
  if "$KWCTL" annotate --help > /dev/null 2>&1 && ! grep -aqF io.kubewarden.metadata "$POLICY"; then
    local annotated=${BATS_FILE_TMPDIR:-$BATS_TMPDIR}/annotated-policy.wasm
    "$KWCTL" annotate --metadata-path metadata.yml --output-path "$annotated" "$POLICY"
    POLICY=$annotated
  fi
}

setup() {
  cd "$BATS_TEST_DIRNAME"
  E2E=test_data/e2e
  REVIEWS=test_data/reviews
  REQUEST=${BATS_TEST_TMPDIR:-$BATS_TMPDIR}/request.json
  RECORDING=${BATS_TEST_TMPDIR:-$BATS_TMPDIR}/look-ups.yml
  rm -f "$RECORDING"
}

# Puts the request in file $1 to the policy, with settings $2. The answer is a line of JSON, with log lines around it.
# What follows are more options.
put() {
  local settings=${2:-}
  run "$KWCTL" run --request-path "$1" --settings-json "${settings:-"{}"}" "${@:3}" "$POLICY"
}

# As `put`. What the policy looks up is answered from the recording, in its order; any other question fails. What is
# recorded has to be asked.
look_up() {
  put "$1" "$2" --allow-context-aware --replay-host-capabilities-interactions "${3:-$RECORDING}"
  lacks 'have not been replayed'
}

# Records that kind $1 is looked up, and the answer $2. Where it is not JSON, it is the error with which that fails.
record() {
  local tag=KubernetesListResourceNamespace version=v1 where='namespace: shop' fields field
  case $1 in
    Node)
      tag=KubernetesListResourceAll
      where="label_selector: ${3:-node-role.kubernetes.io/virtual-node}"
      fields='metadata.labels metadata.name spec.taints'
      ;;
    Pod)
      tag=KubernetesGetResource where=$'name: web\n    namespace: shop\n    disable_cache: false'
      fields='spec.affinity.nodeAffinity spec.nodeName spec.nodeSelector spec.tolerations'
      ;;
    Namespace)
      tag=KubernetesGetResource where=$'name: shop\n    disable_cache: false'
      fields='metadata.annotations metadata.labels'
      ;;
    # Of a claim more is asked on a platform with File Storage.
    PersistentVolumeClaim) fields=${3:-'metadata.annotations metadata.name spec.storageClassName'} ;;
    Secret) fields='metadata.name type' ;;
    StorageClass)
      tag=KubernetesListResourceAll version=storage.k8s.io/v1 where=
      fields='metadata.name provisioner'
      ;;
  esac
  {
    printf -- '- type: Exchange\n  request: |\n    !%s\n    api_version: %s\n    kind: %s\n' "$tag" "$version" "$1"
    [ -z "$where" ] || printf '    %s\n' "$where"
    printf '    field_masks:\n'
    for field in $fields; do printf '    - %s\n' "$field"; done
    case $2 in
      '{'*) printf "  response:\n    type: Success\n    payload: '%s'\n" "$2" ;;
      *) printf "  response:\n    type: Error\n    message: '%s'\n" "$2" ;;
    esac
  } >> "$RECORDING"
}

contains() {
  [[ $output == *"$1"* ]] || { echo "expected: $1"; echo "got: $output"; return 1; }
}

lacks() {
  [[ $output != *"$1"* ]] || { echo "not expected: $1"; echo "got: $output"; return 1; }
}

answered() {
  [ "$status" -eq 0 ] || { echo "status $status: $output"; return 1; }
}

# The last answer is a yes without a word.
silent() {
  answered
  contains '"allowed":true,"auditAnnotations":null,"warnings":null}'
}

# The last answer is a no because of the rules $1, sorted and joined with commas. kwctl keeps annotations in any order.
denied() {
  answered
  contains '"allowed":false,"status":{"message":"'
  contains ' cannot run on OKE virtual nodes: '
  contains '"code":403}'
  contains "\"denied\":\"$1\""
}

# The last answer is a yes with warnings of the rules $1.
warned() {
  answered
  contains '"allowed":true,'
  contains "\"auditAnnotations\":{\"warned\":\"$1\"}"
  contains '"warnings":["'
}

# The last answer has a patch of exactly the operations in the arguments, in any order. It is kept in `patch`.
patches() {
  local operation
  patch=${output##*\"patch\":\"}
  patch=$(base64 -d <<< "${patch%%\"*}")
  for operation; do
    grep -qF -- "$operation" <<< "$patch" || { echo "expected: $operation"; echo "got: $patch"; return 1; }
  done
  [ "$(grep -o '"op":' <<< "$patch" | wc -l)" -eq $# ] || { echo "expected $# operations: $patch"; return 1; }
}

# The last answer without its annotations.
answer() {
  grep -F '"uid":' <<< "$output" | sed 's/"auditAnnotations":{[^}]*}//'
}

# The last answer is that the object cannot be read.
unreadable() {
  answered
  contains '"allowed":false,'
  contains '"code":422}'
  contains ' cannot be read: '
}

# Puts the example $2 of rule $1. What the rule looks up is recorded beside it.
example() {
  local look_ups=$E2E/$1/look-ups.yml
  if [ -e "$look_ups" ]; then
    look_up "$E2E/$1/$2.json" "$(< "$E2E/$1/settings.json")" "$look_ups"
  else
    put "$E2E/$1/$2.json"
  fi
}

# The example of rule $1 gets the verdict in `expected`, `denied` or `warned` and for which rules, and the fixed example
# is accepted without a word.
finds() {
  local verdict rules
  read -r verdict rules < "$E2E/$1/expected"
  example "$1" found
  contains "{\"uid\":\"$1-found\","
  case $verdict in
    denied)
      denied "$rules"
      contains "\\n- $1 "
      contains "\"auditAnnotations\":{\"denied\":\"$rules\"},\"warnings\":null}"
      ;;
    warned)
      warned "$rules"
      contains "\"warnings\":[\"$1 "
      ;;
    *) echo "unknown verdict: $verdict"; return 1 ;;
  esac
  example "$1" clean
  silent
}

# Writes a request about the kind in $1, as in `apps/v1 Deployment deployments`. $2 is the object, and what follows are
# more fields, such as `"operation": "UPDATE"`.
request() {
  local api kind resource group=
  read -r api kind resource <<< "$1"
  [[ $api != */* ]] || group=${api%/*}
  cat > "$REQUEST" <<JSON
{"uid": "e2e", "name": "web", "namespace": "shop", "userInfo": {"username": "somebody"},
 "kind": {"group": "$group", "version": "${api##*/}", "kind": "$kind"},
 "resource": {"group": "$group", "version": "${api##*/}", "resource": "$resource"},
 ${3:-"\"operation\": \"CREATE\""}, "object": $2}
JSON
}

POD='v1 Pod pods'
DEPLOYMENT='apps/v1 Deployment deployments'

# A Pod and a Deployment, with $1 as the pod's spec and $2 in their metadata.
pod() {
  echo '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"'"${2:-}"'}, "spec": '"$1"'}'
}

deployment() {
  echo '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"'"${2:-}"'},
    "spec": {"replicas": '"${3:-1}"', "template": {"spec": '"$1"'}}}'
}

# Metadata that says that a $1 controls the object.
owner() {
  echo ', "ownerReferences": [
    {"apiVersion": "apps/v1", "kind": "'"$1"'", "name": "web", "uid": "1", "controller": true}]'
}

HOST_PID='{"hostPID": true, "containers": []}'

DAEMON_SET='apps/v1 DaemonSet daemonsets'
EXEC='v1 PodExecOptions pods'
CONNECT='"operation": "CONNECT", "subResource": "exec"'

# A cluster with both kinds of nodes, and the label that virtual ones have.
MIXED='{"nodeKind": "mixed"}'
VIRTUAL='node-role.kubernetes.io/virtual-node'

# The field of a pod's spec that requires of a node that the label $VIRTUAL fits the operator $1.
affinity() {
  echo '"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
    {"matchExpressions": [{"key": "'"$VIRTUAL"'", "operator": "'"$1"'"}]}]}}}'
}

# The rules, one test each: a folder of test_data/e2e is a rule. bats has tests from a loop since version 1.11. In an older
# one (Debian 12, Ubuntu 24.04) they are one test, which says of each rule how it went.

rules() {
  local folder
  for folder in "$BATS_TEST_DIRNAME"/test_data/e2e/*/; do
    basename "$folder"
  done
}

if [ "$(printf '%s\n' 1.11.0 "$BATS_VERSION" | sort -V | head -n 1)" = 1.11.0 ]; then
  # In one line, because an older bats takes a line that begins with the command for a test.
  for rule in $(rules); do bats_test_function --description "$rule" -- finds "$rule"; done
else
@test "the rules" {
  local rule count=0 failed=
  for rule in $(rules); do
    count=$((count + 1))
    # In the background, because a function that is a condition goes on after a command that fails.
    (finds "$rule") > "$REQUEST.log" 2>&1 &
    if wait $!; then
      echo "# ok $count $rule" >&3
    else
      echo "# not ok $count $rule" >&3
      sed "s/^/$rule: /" "$REQUEST.log"
      failed="$failed $rule"
    fi
  done
  [ "$count" -gt 0 ]
  [ -z "$failed" ] || { echo "failed:$failed"; return 1; }
}
fi

# Settings.

@test "settings: a wrong key is refused before anything is judged, with the key that was meant" {
  put "$E2E/host-pid/clean.json" '{"profil": "tolerant"}'
  [ "$status" -ne 0 ]
  contains 'Provided settings are not valid: '
  contains 'profil: '
  contains 'did you mean "profile"?'
}

@test "settings: all that is wrong is told at once" {
  put "$E2E/host-pid/clean.json" '{"profile": "lax", "nodeKind": 5, "helpUrl": "ftp://example.com",
    "rules": {"host-newtork": "off", "host-pid": "never", "volume-type": {"allow": "csi", "alow": []}}}'
  [ "$status" -ne 0 ]
  contains 'have 7 errors'
  contains '- profile: expected '
  contains '- nodeKind: expected '
  contains '- helpUrl: expected '
  contains '- rules.host-newtork: unknown rule, did you mean "host-network"?'
  contains '- rules.host-pid: expected '
  contains '- rules.volume-type.allow: expected a list of strings'
  contains '- rules.volume-type.alow: unknown setting, did you mean "allow"?'
}

@test "settings: what a form leaves empty is not wrong" {
  put "$E2E/host-pid/found.json" '{"profile": null, "rules": {}, "helpUrl": ""}'
  denied host-pid
}

@test "settings: the tolerant profile only warns of what Oracle's own manifests contain" {
  local tolerant='{"profile": "tolerant"}'
  put "$E2E/termination-grace-period/found.json" "$tolerant"
  warned termination-grace-period
  put "$E2E/subcore-cpu/found.json" "$tolerant"
  silent
  put "$E2E/host-pid/found.json" "$tolerant"
  denied host-pid
}

@test "settings: on managed nodes nothing is judged" {
  local managed='{"nodeKind": "managed"}'
  put "$REVIEWS/022-pod-create.json" "$managed"
  silent
  put "$E2E/exec/found.json" "$managed"
  silent
}

@test "settings: a rule has a level of its own" {
  put "$E2E/host-pid/found.json" '{"rules": {"host-pid": "warn"}}'
  warned host-pid
  put "$E2E/host-pid/found.json" '{"rules": {"host-pid": {"level": "off"}}}'
  silent
  put "$E2E/subcore-cpu/found.json" '{"profile": "tolerant", "rules": {"subcore-cpu": "deny"}}'
  denied subcore-cpu
}

@test "settings: rules have parameters" {
  put "$E2E/volume-type/found.json" '{"rules": {"volume-type": {"allow": ["hostPath"]}}}'
  silent
  put "$E2E/persistent-volume-claim/found.json" \
    '{"rules": {"persistent-volume-claim": {"allowStorageClasses": ["oci-bv"]}}}'
  silent
  put "$E2E/node-port-conflict/found.json" '{"rules": {"node-port-conflict": {"nodePortRange": "31000-32767"}}}'
  silent
}

@test "settings: a denial ends with the address of the help" {
  put "$E2E/host-pid/found.json" '{"helpUrl": "https://wiki.example.com/virtual-nodes"}'
  denied host-pid
  contains '\nSee https://wiki.example.com/virtual-nodes","code":403}'
  put "$E2E/subcore-cpu/found.json" '{"helpUrl": "https://wiki.example.com/virtual-nodes"}'
  warned subcore-cpu
  lacks 'wiki.example.com'
}

@test "settings: what is wrong with exemptions, virtual nodes and look-ups is told, too" {
  put "$E2E/host-pid/clean.json" '{"allowAnnotations": "yes", "lookups": ["Secrets"], "onLookupFailure": "off",
    "virtualNodes": {"labels": {"pool": 5}, "taints": [{"key": "virtual"}]},
    "rules": {"placement": {"level": "off"}, "placment": {}},
    "exemptions": [{"namespaces": ["shop"]}, {"namespaces": ["*"], "reason": "r"}, {"users": [""], "reason": "r"},
      {"rules": ["host-pd"], "reason": "r"}, {"kinds": ["deployment"], "reason": "r"}, {"user": ["a"], "reason": "r"}]}'
  [ "$status" -ne 0 ]
  contains '- allowAnnotations: expected true or false'
  contains '- lookups[0]: expected "Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace", "StorageClass" or "PersistentVolume"'
  contains '- onLookupFailure: expected "deny" or "warn"'
  contains '- virtualNodes.labels.pool: expected a string'
  contains '- virtualNodes.taints[0].effect: required in a taint'
  contains '- rules.placement.level: unknown setting'
  contains '- rules.placment: unknown rule, did you mean "placement"?'
  contains '- exemptions[0].reason: an exemption needs a reason'
  contains '- exemptions[1]: an exemption that matches everything '
  contains '- exemptions[2].users[0]: expected a name'
  contains '- exemptions[3].rules[0]: unknown rule, did you mean "host-pid"?'
  contains '- exemptions[4].kinds[0]: unknown kind, did you mean "Deployment"?'
  contains '- exemptions[5].user: unknown setting, did you mean "users"?'
}

# Fixes.

@test "fixes: a pod is fixed where the settings ask for it" {
  put "$E2E/token-expiration/found.json" '{"mutate": "safe"}'
  answered
  contains '"allowed":true,"patchType":"JSONPatch","patch":"'
  contains '"auditAnnotations":{"fixed":"token-expiration"}'
  contains '"warnings":["token-expiration '
  patches '{"op":"remove","path":"/spec/volumes/0/projected/sources/0/serviceAccountToken/expirationSeconds"}'
}

@test "fixes: a pod with only what can be fixed is admitted, with one warning a fix" {
  request "$POD" "$(pod '{"terminationGracePeriodSeconds": 5, "hostname": "db", "futureField": {"ratio": 1.50},
    "volumes": [{"name": "a", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "b", "secret": {"defaultMode": 256}}],
    "containers": [{"name": "c", "tty": true, "securityContext": {"allowPrivilegeEscalation": true},
      "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "1Gi"}}}]}')"
  put "$REQUEST" '{"mutate": "safe"}'
  denied hostname,interactive-container,privilege-escalation,volume-default-mode
  contains '"warned":"emptydir-size-limit,requests-equal-limits,termination-grace-period"'
  contains 'was 5, would be set to 30'
  lacks '"patch'
  put "$REQUEST" '{"mutate": "full"}'
  answered
  contains '"allowed":true,"patchType":"JSONPatch","patch":"'
  contains '"auditAnnotations":{"fixed":"emptydir-size-limit,hostname,interactive-container,privilege-escalation,'
  contains '"warnings":["hostname spec.hostname: was db, removed",'
  lacks 'would be'
  patches '{"op":"remove","path":"/spec/hostname"}' \
    '{"op":"replace","path":"/spec/terminationGracePeriodSeconds","value":30}' \
    '{"op":"remove","path":"/spec/volumes/0/emptyDir/sizeLimit"}' \
    '{"op":"replace","path":"/spec/volumes/1/secret/defaultMode","value":420}' \
    '{"op":"replace","path":"/spec/containers/0/securityContext/allowPrivilegeEscalation","value":false}' \
    '{"op":"replace","path":"/spec/containers/0/resources/requests/cpu","value":"2"}' \
    '{"op":"remove","path":"/spec/containers/0/tty"}'
}

@test "fixes: safe ones alone do not change what a workload asked for" {
  request "$POD" "$(pod '{"terminationGracePeriodSeconds": 5, "hostname": "db", "containers": []}')"
  put "$REQUEST" '{"mutate": "safe", "rules": {"hostname": "warn"}}'
  answered
  contains '"fixed":"termination-grace-period"'
  contains '"warned":"hostname"'
  patches '{"op":"replace","path":"/spec/terminationGracePeriodSeconds","value":30}'
  # What the settings say of a rule wins.
  put "$REQUEST" '{"mutate": "safe", "rules": {"hostname": {"mutate": true}, "termination-grace-period": {"mutate": false}}}'
  denied termination-grace-period
  put "$REQUEST" '{"rules": {"hostname": {"mutate": true}, "termination-grace-period": "off"}}'
  answered
  patches '{"op":"remove","path":"/spec/hostname"}'
}

@test "fixes: a service is fixed when it is created" {
  local service='{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "healthCheckNodePort": 31000}}'
  local mode='service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode'
  request 'v1 Service services' "$service"
  put "$REQUEST" '{"mutate": "full"}'
  answered
  contains '"auditAnnotations":{"fixed":"external-traffic-policy,load-balancer-security-list"}'
  contains 'was Local, set to Cluster, and spec.healthCheckNodePort was 31000, removed'
  contains 'was not set, set to None'
  patches '{"op":"add","path":"/metadata/annotations","value":{"'"$mode"'":"None"}}' \
    '{"op":"replace","path":"/spec/externalTrafficPolicy","value":"Cluster"}' \
    '{"op":"remove","path":"/spec/healthCheckNodePort"}'
  request 'v1 Service services' "$service" '"operation": "UPDATE", "oldObject": '"$service"
  put "$REQUEST" '{"mutate": "full"}'
  warned external-traffic-policy
  lacks '"patch'
}

@test "fixes: the object says what was changed where the settings ask for it" {
  request "$POD" "$(pod '{"hostname": "db", "containers": []}')"
  put "$REQUEST" '{"mutate": "full", "annotate": true}'
  answered
  patches '{"op":"remove","path":"/spec/hostname"}' \
    '{"op":"add","path":"/metadata/annotations","value":{"oke-virtual-nodes.kubewarden.io/fixed":'
  [[ $patch == *'\"path\":\"spec.hostname\"'* ]]
  [[ $patch == *'\"old\":\"db\"'* ]]
}

@test "fixes: a template warns, because its pods will be fixed, or is fixed itself" {
  put "$E2E/requests-equal-limits/found.json" '{"mutate": "safe"}'
  warned requests-equal-limits
  lacks '"patch'
  put "$E2E/requests-equal-limits/found.json" '{"mutate": "safe", "mutateTemplates": true}'
  answered
  contains '"allowed":true,"patchType":"JSONPatch","patch":"'
  contains '"auditAnnotations":{"fixed":"requests-equal-limits"}'
  local requests=/spec/template/spec/containers/0/resources/requests
  patches '{"op":"replace","path":"'"$requests"'/cpu","value":"2"}' \
    '{"op":"replace","path":"'"$requests"'/memory","value":"2Gi"}'
}

@test "fixes: what is denied is not fixed" {
  request "$POD" "$(pod '{"hostPID": true, "terminationGracePeriodSeconds": 5, "containers": []}')"
  put "$REQUEST" '{"mutate": "full"}'
  denied host-pid
  lacks '"patch'
  contains '"warnings":["termination-grace-period spec.terminationGracePeriodSeconds: was 5, would be set to 30"]'
}

# Exemptions.

EXEMPT='oke-virtual-nodes.kubewarden.io/exempt'

# The last answer is a yes without a word, and says to the audit that rules $1 were exempt.
exempted() {
  answered
  contains "\"allowed\":true,\"auditAnnotations\":{\"exempted\":\"$1\"},\"warnings\":null}"
}

@test "exemptions: a namespace, and no other" {
  request "$POD" "$(pod "$HOST_PID")"
  put "$REQUEST" '{"exemptions": [{"namespaces": ["kube-*", "sho*"], "reason": "it has nodes of its own"}]}'
  exempted host-pid
  put "$REQUEST" '{"exemptions": [{"namespaces": ["kube-*", "sh"], "reason": "it has nodes of its own"}]}'
  denied host-pid
  lacks exempted
}

@test "exemptions: a user and a group, also for connections to pods" {
  request "$EXEC" '{}' "$CONNECT"
  put "$REQUEST" '{"exemptions": [{"users": ["somebody"], "reason": "on call"}]}'
  exempted exec
  put "$REQUEST" '{"exemptions": [{"users": ["somebody else"], "reason": "on call"}]}'
  denied exec
  put "$E2E/exec/found.json" '{"exemptions": [{"groups": ["system:authenticated"], "reason": "a test cluster"}]}'
  exempted exec
  put "$E2E/exec/found.json" '{"exemptions": [{"groups": ["system:masters"], "reason": "a test cluster"}]}'
  denied exec
}

@test "exemptions: all that an entry asks for has to hold, and of all entries one is enough" {
  request "$DEPLOYMENT" "$(deployment "$HOST_PID" ', "labels": {"team": "core"}')"
  local entry='"namespaces": ["shop"], "names": ["w*b"], "kinds": ["Deployment"], "labels": {"team": "core"}, "reason": "r"'
  put "$REQUEST" '{"exemptions": [{'"$entry"'}]}'
  exempted host-pid
  put "$REQUEST" '{"exemptions": [{'"${entry/core/web}"'}]}'
  denied host-pid
  put "$REQUEST" '{"exemptions": [{'"${entry/Deployment/Pod}"'}]}'
  denied host-pid
  put "$REQUEST" '{"exemptions": [{'"${entry/Deployment/Pod}"'}, {'"${entry/w\*b/*}"'}]}'
  exempted host-pid
}

@test "exemptions: from some rules only" {
  request "$POD" "$(pod '{"hostPID": true, "hostIPC": true, "containers": []}')"
  put "$REQUEST" '{"exemptions": [{"namespaces": ["shop"], "rules": ["host-pid"], "reason": "r"}]}'
  denied host-ipc
  contains ': 1 problem\n- host-ipc '
  contains '"exempted":"host-pid"'
}

@test "exemptions: what is exempt is not fixed" {
  request "$POD" "$(pod '{"terminationGracePeriodSeconds": 5, "hostname": "db", "containers": []}')"
  put "$REQUEST" '{"mutate": "full", "exemptions": [{"names": ["web"], "rules": ["hostname"], "reason": "r"}]}'
  answered
  contains '"exempted":"hostname"'
  contains '"fixed":"termination-grace-period"'
  patches '{"op":"replace","path":"/spec/terminationGracePeriodSeconds","value":30}'
}

@test "exemptions: by an annotation, where the settings allow it" {
  request "$POD" "$(pod "$HOST_PID" ', "annotations": {"'"$EXEMPT"'": "host-pid, host-ipc: it runs on managed nodes"}')"
  put "$REQUEST" '{"allowAnnotations": true}'
  exempted host-pid
  put "$REQUEST"
  denied host-pid
  contains '"warned":"exemption"'
  contains '"warnings":["exemption metadata.annotations[\"'"$EXEMPT"'\"]: the annotation has no effect; ask '
  lacks exempted
}

@test "exemptions: by an annotation on a template, for the template and its pods" {
  local template='{"metadata": {"annotations": {"'"$EXEMPT"'": "host-pid: it runs on managed nodes"}}, "spec": '"$HOST_PID"'}'
  request "$DEPLOYMENT" '{"metadata": {"name": "web"}, "spec": {"template": '"$template"'}}'
  put "$REQUEST" '{"allowAnnotations": true}'
  exempted host-pid
  put "$REQUEST"
  denied host-pid
  contains 'exemption spec.template.metadata.annotations['
}

@test "exemptions: an annotation without a reason, or with an unknown rule, has no effect and says so" {
  local annotation
  for annotation in host-pid 'host-pid: ' 'host-pid, host-pod: because' '*: because'; do
    request "$POD" "$(pod "$HOST_PID" ', "annotations": {"'"$EXEMPT"'": "'"$annotation"'"}')"
    put "$REQUEST" '{"allowAnnotations": true}'
    denied host-pid
    contains 'the annotation has no effect; write it as <rule>[,<rule>]: <reason>'
  done
}

# Clusters with both kinds of nodes.

@test "mixed: what can land on a virtual node is denied, with what keeps it on the others" {
  request "$DEPLOYMENT" "$(deployment "$HOST_PID")"
  put "$REQUEST" "$MIXED"
  denied host-pid
  contains '\nTo keep it on managed nodes instead, add to the pod'"'"'s spec: affinity: {nodeAffinity: '
  contains '{matchExpressions: [{\"key\":\"'"$VIRTUAL"'\",\"operator\":\"DoesNotExist\"}]}'
  put "$REQUEST"
  denied host-pid
  lacks 'managed nodes'
}

@test "mixed: what keeps off virtual nodes is left alone, a daemon set too" {
  request "$DEPLOYMENT" "$(deployment '{"hostPID": true, '"$(affinity DoesNotExist)"', "containers": []}')"
  put "$REQUEST" "$MIXED"
  silent
  request "$DAEMON_SET" "$(deployment '{"hostPID": true, '"$(affinity DoesNotExist)"', "containers": []}')"
  put "$REQUEST" "$MIXED"
  silent
  request "$DAEMON_SET" "$(deployment '{"hostPID": true, '"$(affinity Exists)"', "containers": []}')"
  put "$REQUEST" "$MIXED"
  denied daemonset,host-pid
}

@test "mixed: a node selector decides" {
  request "$POD" "$(pod '{"hostPID": true, "nodeSelector": {"pool": "managed"}, "containers": []}')"
  put "$REQUEST" "$MIXED"
  silent
  put "$REQUEST" '{"nodeKind": "mixed", "virtualNodes": {"labels": {"pool": "managed"}}}'
  denied host-pid
  request "$POD" "$(pod '{"hostPID": true, "nodeSelector": {"'"$VIRTUAL"'": "", "kubernetes.io/os": "linux"}, "containers": []}')"
  put "$REQUEST" "$MIXED"
  denied host-pid
}

@test "mixed: so does a toleration" {
  local tainted='{"nodeKind": "mixed", "virtualNodes": {"taints": [{"key": "virtual", "value": "yes", "effect": "NoSchedule"}]}}'
  request "$POD" "$(pod "$HOST_PID")"
  put "$REQUEST" "$tainted"
  silent
  put "$REQUEST" "${tainted/NoSchedule/PreferNoSchedule}"
  denied host-pid
  request "$POD" "$(pod '{"hostPID": true, "tolerations": [{"key": "virtual", "operator": "Equal", "value": "yes"}], "containers": []}')"
  put "$REQUEST" "$tainted"
  denied host-pid
  put "$REQUEST" "${tainted/yes/no}"
  silent
  request "$POD" "$(pod '{"hostPID": true, "tolerations": [{"operator": "Exists", "effect": "NoSchedule"}], "containers": []}')"
  put "$REQUEST" "$tainted"
  denied host-pid
  put "$REQUEST" "${tainted/NoSchedule/NoExecute}"
  silent
}

@test "mixed: what belongs to no pod only warns, and is not fixed" {
  request 'v1 Service services' '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}}'
  put "$REQUEST" '{"nodeKind": "mixed", "mutate": "full"}'
  warned external-traffic-policy
  lacks '"patch'
  put "$E2E/network-policy/found.json" "$MIXED"
  warned network-policy
  put "$E2E/exec/found.json" "$MIXED"
  warned exec
}

@test "mixed: fixes apply to what can land on a virtual node, and to nothing else" {
  local settings='{"nodeKind": "mixed", "mutate": "safe"}'
  put "$E2E/token-expiration/found.json" "$settings"
  answered
  contains '"auditAnnotations":{"fixed":"token-expiration"}'
  request "$POD" "$(pod '{"terminationGracePeriodSeconds": 5, '"$(affinity DoesNotExist)"', "containers": []}')"
  put "$REQUEST" "$settings"
  silent
}

PLACED='{"nodeKind": "mixed", "rules": {"placement": {"mutate": true}}}'

@test "custom workloads: each template is judged, on an update only what changed, and where its pods can land" {
  local kind='leaderworkerset.x-k8s.io/v1 LeaderWorkerSet leaderworkersets'
  local container='"containers": [{"name": "c", "image": "i", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}]'
  local good="{$container}" bad="{\"hostPID\": true, $container}"
  local managed="{\"hostPID\": true, \"nodeSelector\": {\"pool\": \"managed\"}, $container}"
  # A LeaderWorkerSet with pod specs $1 and $2.
  set_of() {
    printf '{"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": {"name": "web"}, '
    printf '"spec": {"leaderWorkerTemplate": {"leaderTemplate": {"spec": %s}, "workerTemplate": {"spec": %s}}}}' "$1" "$2"
  }
  request "$kind" "$(set_of "$good" "$bad")"
  put "$REQUEST"
  denied host-pid
  contains 'spec.leaderWorkerTemplate.workerTemplate.spec.hostPID'
  lacks 'leaderTemplate.spec.hostPID'
  request "$kind" "$(set_of "$good" "${bad/true/false}")"
  put "$REQUEST"
  silent
  # The unchanged template is not judged again, even if the other one is fixed.
  local hostname="{\"hostname\": \"web\", $container}"
  request "$kind" "$(set_of "$bad" "$hostname")" "\"operation\": \"UPDATE\", \"oldObject\": $(set_of "$bad" "$good")"
  put "$REQUEST" '{"mutate": "full"}'
  warned hostname
  put "$REQUEST"
  denied hostname
  request "$kind" "$(set_of "$bad" "$managed")"
  put "$REQUEST" '{"nodeKind": "mixed"}'
  denied host-pid
  contains 'leaderTemplate.spec.hostPID'
  lacks 'workerTemplate.spec.hostPID'
  # Another kind, with a map of templates.
  request 'kubeflow.org/v1 PyTorchJob pytorchjobs' '{"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob",
    "metadata": {"name": "web"}, "spec": {"pytorchReplicaSpecs": {"Master": {"template": {"spec": '"$bad"'}}}}}'
  put "$REQUEST"
  denied host-pid
  contains 'spec.pytorchReplicaSpecs.Master.template.spec.hostPID'
}

@test "placement: a pod is kept off virtual nodes in place of being denied" {
  request "$POD" "$(pod "$HOST_PID")"
  put "$REQUEST" "$PLACED"
  answered
  contains '"allowed":true,"patchType":"JSONPatch","patch":"'
  contains '"fixed":"placement"'
  contains '"warned":"host-pid"'
  contains '"warnings":["placement spec.affinity.nodeAffinity: set to keep the pod off virtual nodes","host-pid spec.hostPID: '
  patches '{"op":"add","path":"/spec/affinity","value":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"'"$VIRTUAL"'","operator":"DoesNotExist"}]}]}}}}'
  # Nothing needs to be kept off that can run there.
  request "$POD" "$(pod '{"containers": []}')"
  put "$REQUEST" "$PLACED"
  silent
}

@test "placement: each term of the affinity gets the requirement, with the label of the settings" {
  request "$POD" "$(pod '{"hostPID": true, "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
    {"nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "Exists"}]},
      {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["one"]}]}]}}}, "containers": []}')"
  put "$REQUEST" '{"nodeKind": "mixed", "virtualNodes": {"labels": {"pool": "v"}}, "rules": {"placement": {"mutate": true}}}'
  answered
  local terms=/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms
  patches '{"op":"add","path":"'"$terms"'/0/matchExpressions/1","value":{"key":"pool","operator":"NotIn","values":["v"]}}' \
    '{"op":"add","path":"'"$terms"'/1/matchExpressions","value":[{"key":"pool","operator":"NotIn","values":["v"]}]}'
}

@test "placement: a template warns, because its pods will be kept off, or is kept off itself" {
  request "$DEPLOYMENT" "$(deployment "$HOST_PID")"
  put "$REQUEST" "$PLACED"
  warned host-pid,placement
  contains 'placement spec.template.spec.affinity.nodeAffinity: would be set to keep the pod off virtual nodes'
  lacks '"patch'
  put "$REQUEST" "${PLACED/\{/{\"mutateTemplates\": true, }"
  answered
  contains '"fixed":"placement"'
  patches '{"op":"add","path":"/spec/template/spec/affinity","value":{"nodeAffinity":'
}

@test "placement: without it, and where all nodes are virtual, a pod is denied" {
  request "$POD" "$(pod "$HOST_PID")"
  put "$REQUEST" '{"nodeKind": "mixed", "mutate": "full"}'
  denied host-pid
  put "$REQUEST" '{"rules": {"placement": {"mutate": true}}}'
  denied host-pid
}

# Look-ups. What is recorded is what a cluster answered.

PULL='{"imagePullSecrets": [{"name": "opaque"}, {"name": "registry"}, {"name": "gone"}], "containers": []}'

@test "look-ups: nothing is looked up that the settings do not name" {
  put "$E2E/image-pull-secret-type/found.json"
  silent
  put "$E2E/image-pull-secret-type/found.json" '{"lookups": ["Node", "Pod", "PersistentVolumeClaim"]}'
  silent
}

@test "look-ups: one question for all secrets of a pod, and none that is missing is found" {
  request "$POD" "$(pod "$PULL")"
  record Secret '{"items":[{"metadata":{"name":"opaque"},"type":"Opaque"},{"metadata":{"name":"registry"},"type":"kubernetes.io/dockercfg"}]}'
  look_up "$REQUEST" '{"lookups": ["Secret"]}'
  denied image-pull-secret-type
  contains ': 1 problem\n- image-pull-secret-type spec.imagePullSecrets[0]: '
}

@test "look-ups: one that fails warns, or denies where the settings say so" {
  request "$POD" "$(pod "$PULL")"
  record Secret 'the API server is away: s3cret'
  look_up "$REQUEST" '{"lookups": ["Secret"]}'
  warned image-pull-secret-type
  contains 'the policy could not look up Secrets in the cluster; name the kind in contextAwareResources, and grant the policy server get, list and watch'
  look_up "$REQUEST" '{"lookups": ["Secret"], "onLookupFailure": "deny"}'
  denied image-pull-secret-type
  contains ': 1 problem\n- image-pull-secret-type spec.imagePullSecrets[0]: the policy could not look up Secrets '
  [[ $(answer) != *s3cret* ]]
}

@test "look-ups: one that is not granted is one that fails" {
  request "$POD" "$(pod "$PULL")"
  put "$REQUEST" '{"lookups": ["Secret"]}'
  warned image-pull-secret-type
  contains 'could not look up Secrets'
}

@test "look-ups: the storage class of a claim" {
  local settings='{"lookups": ["PersistentVolumeClaim"], "rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}}}'
  local claim
  for claim in fss oci-bv old gone; do
    request "$POD" "$(pod '{"volumes": [{"name": "a", "persistentVolumeClaim": {"claimName": "'"$claim"'"}}], "containers": []}')"
    rm -f "$RECORDING"
    record PersistentVolumeClaim '{"items":[{"metadata":{"name":"fss"},"spec":{"storageClassName":"fss"}},{"metadata":{"name":"oci-bv"},"spec":{"storageClassName":"oci-bv"}},{"metadata":{"name":"old","annotations":{"volume.beta.kubernetes.io/storage-class":"oci-bv"}},"spec":{"storageClassName":"fss"}}]}'
    look_up "$REQUEST" "$settings"
    case $claim in
      fss) silent ;;
      gone) warned persistent-volume-claim ;;
      *) denied persistent-volume-claim ;;
    esac
  done
  # Where it is not looked up, nobody knows.
  put "$REQUEST" "${settings/PersistentVolumeClaim/Node}"
  warned persistent-volume-claim
}

# What a cluster with File Storage answers: a claim, and the two classes.
CLAIMS='{"items":[{"metadata":{"name":"media"},"spec":{"storageClassName":"fss","accessModes":["ReadWriteMany"]}},{"metadata":{"name":"scratch"},"spec":{"storageClassName":"oci-bv","accessModes":["ReadWriteOnce"]}}]}'
CLASSES='{"items":[{"metadata":{"name":"fss"},"provisioner":"fss.csi.oraclecloud.com"},{"metadata":{"name":"oci-bv"},"provisioner":"blockvolume.csi.oraclecloud.com"}]}'

@test "platform: a deployment with fsGroup and a claim on File Storage" {
  local settings='{"platform": "2026-08-28", "lookups": ["PersistentVolumeClaim", "StorageClass"]}'
  local spec='{"securityContext": {"fsGroup": 33}, "volumes": [{"name": "a", "persistentVolumeClaim": {"claimName": "media"}}], "containers": []}'
  record PersistentVolumeClaim "$CLAIMS" \
    'metadata.annotations metadata.name spec.accessModes spec.storageClassName spec.volumeName'
  record StorageClass "$CLASSES"
  request "$DEPLOYMENT" "$(deployment "$spec")"
  look_up "$REQUEST" "$settings"
  silent
  # A fix leaves the group alone.
  look_up "$REQUEST" "${settings/\{/{\"mutate\": \"full\", \"mutateTemplates\": true, }"
  silent
  # By the comparison page alone, it is told what is wrong.
  put "$REQUEST"
  denied fs-group,persistent-volume-claim
  contains 'or use an existing File Storage class, with platform and lookups set'
  # A claim on Block Volume is denied on every platform.
  request "$DEPLOYMENT" "$(deployment "${spec/media/scratch}")"
  look_up "$REQUEST" "$settings"
  denied fs-group,persistent-volume-claim
}

@test "look-ups: where the host says what is missing, the message says it too" {
  request "$POD" "$(pod "$PULL")"
  put "$REQUEST" '{"lookups": ["Secret"]}'
  warned image-pull-secret-type
  contains 'could not look up Secrets in the cluster; name the kind in contextAwareResources of the policy'
  record Secret 'secrets is forbidden: User "system:serviceaccount:kubewarden:policy-server" cannot list resource "secrets"'
  look_up "$REQUEST" '{"lookups": ["Secret"]}'
  warned image-pull-secret-type
  contains 'could not look up Secrets in the cluster; grant the account of the policy server get, list and watch'
  case $KWCTL in *policy-run) return ;; esac
  # As on a policy server that grants namespaced policies something else.
  put "$REQUEST" '{"lookups": ["Secret"]}' --allowed-host-capabilities 'oci/*' --allow-context-aware \
    --replay-host-capabilities-interactions "$RECORDING"
  warned image-pull-secret-type
  contains 'name kubernetes/list_resources_by_namespace in namespacedPoliciesCapabilities of the policy server'
}

@test "look-ups: a namespace that asks for the proxies of a mesh" {
  local settings='{"lookups": ["Namespace"]}'
  request "$POD" "$(pod '{"containers": []}')"
  record Namespace '{"metadata":{"name":"shop","labels":{"istio-injection":"enabled"}}}'
  look_up "$REQUEST" "$settings"
  denied service-mesh
  contains '- service-mesh metadata.namespace: the namespace asks for '
  request "$POD" "$(pod '{"containers": []}' ', "labels": {"sidecar.istio.io/inject": "false"}')"
  look_up "$REQUEST" "$settings"
  silent
  request "$POD" "$(pod '{"containers": []}')"
  rm "$RECORDING"
  record Namespace '{"metadata":{"name":"shop","labels":{"team":"shop"}}}'
  look_up "$REQUEST" "$settings"
  silent
}

# Virtual nodes of a cluster: all of them have a taint that the settings need not know.
NODES='{"items":[{"metadata":{"name":"virtual-1","labels":{"node-role.kubernetes.io/virtual-node":"","zone":"a"}},"spec":{"taints":[{"key":"virtual","effect":"NoSchedule"}]}}]}'

@test "look-ups: virtual nodes as they are in the cluster" {
  local settings='{"nodeKind": "mixed", "lookups": ["Node"]}'
  local tolerations='"tolerations": [{"key": "virtual", "operator": "Exists"}]'
  record Node "$NODES"
  request "$POD" "$(pod "$HOST_PID")"
  look_up "$REQUEST" "$settings"
  silent
  request "$POD" "$(pod '{"hostPID": true, '"$tolerations"', "nodeSelector": {"zone": "a"}, "containers": []}')"
  look_up "$REQUEST" "$settings"
  denied host-pid
  request "$POD" "$(pod '{"hostPID": true, '"$tolerations"', "nodeSelector": {"zone": "b"}, "containers": []}')"
  look_up "$REQUEST" "$settings"
  silent
  request "$POD" "$(pod '{"hostPID": true, "nodeName": "managed-1", '"$tolerations"', "containers": []}')"
  look_up "$REQUEST" "$settings"
  silent
  request "$POD" "$(pod '{"hostPID": true, "nodeName": "virtual-1", "containers": []}')"
  look_up "$REQUEST" "$settings"
  denied host-pid
}

@test "look-ups: where there is no virtual node yet, and where they cannot be looked up, the settings describe them" {
  local settings='{"nodeKind": "mixed", "lookups": ["Node"], "virtualNodes": {"labels": {"kind": "virtual", "zone": ""}}}'
  record Node '{"items":[]}' kind=virtual,zone
  request "$POD" "$(pod '{"hostPID": true, "nodeSelector": {"kind": "virtual"}, "containers": []}')"
  look_up "$REQUEST" "$settings"
  denied host-pid
  request "$POD" "$(pod '{"hostPID": true, "nodeSelector": {"kind": "other"}, "containers": []}')"
  look_up "$REQUEST" "$settings"
  silent
  rm "$RECORDING"
  record Node 'timed out' kind=virtual,zone
  request "$POD" "$(pod '{"nodeSelector": {"kind": "virtual"}, "containers": []}')"
  look_up "$REQUEST" "$settings"
  warned placement
  contains 'placement spec: the policy could not look up Nodes in the cluster'
  look_up "$REQUEST" "${settings/\{/{\"onLookupFailure\": \"deny\", }"
  denied placement
}

@test "look-ups: a connection to a pod on a managed node is accepted, and to one on a virtual node denied" {
  local settings='{"nodeKind": "mixed", "lookups": ["Node", "Pod"]}'
  request "$EXEC" '{}' "$CONNECT"
  record Pod '{"spec":{"nodeName":"managed-1"}}'
  record Node "$NODES"
  look_up "$REQUEST" "$settings"
  silent
  rm "$RECORDING"
  record Pod '{"spec":{"nodeName":"virtual-1"}}'
  record Node "$NODES"
  look_up "$REQUEST" "$settings"
  denied exec
  contains 'pods/exec shop/web cannot run on OKE virtual nodes: 1 problem'
}

@test "look-ups: a connection to a pod that cannot be looked up only warns" {
  local settings='{"nodeKind": "mixed", "lookups": ["Node", "Pod"]}'
  request "$EXEC" '{}' "$CONNECT"
  record Pod 'Cannot find v1/Pod named '"''web''"' inside of namespace '"''Some(\"shop\")''"
  look_up "$REQUEST" "$settings"
  warned exec
  rm "$RECORDING"
  record Pod 'timed out'
  look_up "$REQUEST" "$settings"
  warned exec,placement
  look_up "$REQUEST" "${settings/\{/{\"onLookupFailure\": \"deny\", }"
  denied placement
}

# Operations and subresources.

@test "subresources that say nothing about nodes are accepted" {
  local review
  for review in 024-binding-create-binding 043-podproxyoptions-connect-proxy 044-serviceproxyoptions-connect-proxy \
    045-nodeproxyoptions-connect-proxy 048-tokenrequest-create-token 049-eviction-create-eviction \
    088-scale-update-scale 209-namespace-update-finalize mutating/231-job-update-status; do
    put "$REVIEWS/$review.json"
    silent
  done
}

@test "subresources are accepted whatever is in the object" {
  local name
  for name in status binding eviction log unheard-of; do
    request "$POD" "$(pod "$HOST_PID")" '"operation": "UPDATE", "subResource": "'"$name"'"'
    put "$REQUEST"
    silent
  done
  request "$DEPLOYMENT" "$(deployment "$HOST_PID")" '"operation": "UPDATE", "subResource": "status"'
  put "$REQUEST"
  silent
}

@test "pods/ephemeralcontainers: what the request adds is judged" {
  put "$REVIEWS/027-pod-update-ephemeralcontainers.json"
  denied ephemeral-containers
  contains '- ephemeral-containers spec.ephemeralContainers[0]: container \"dbg\" '
}

@test "pods/ephemeralcontainers: what the pod had before is not" {
  put "$REVIEWS/028-pod-update-ephemeralcontainers.json"
  denied ephemeral-containers,privileged
  lacks 'spec.ephemeralContainers[0]'
  contains '- ephemeral-containers spec.ephemeralContainers[1]: container \"dbg-sys\" '
  contains '- privileged spec.ephemeralContainers[1].securityContext.privileged: container \"dbg-sys\" '
}

# A mutating webhook is asked before the API server drops what such a request may not change.
@test "pods/ephemeralcontainers: an invented deletion lets no container in, and a real one is not stopped" {
  local update='"operation": "UPDATE", "subResource": "ephemeralcontainers", "oldObject": '
  local deleted=', "deletionTimestamp": "2026-01-01T00:00:00Z"'
  local debugged='{"ephemeralContainers": [{"name": "debug", "image": "busybox"}]}'
  request "$POD" "$(pod "$debugged" "$deleted")" "$update$(pod '{}')"
  put "$REQUEST"
  denied ephemeral-containers
  request "$POD" "$(pod "$debugged")" "$update$(pod '{}' "$deleted")"
  put "$REQUEST"
  silent
}

@test "pods/ephemeralcontainers: an invented label exempts nobody, and that of the pod does" {
  local update='"operation": "UPDATE", "subResource": "ephemeralcontainers", "oldObject": '
  local settings='{"exemptions": [{"labels": {"debug": "yes"}, "reason": "debugging"}]}'
  local debugged='{"ephemeralContainers": [{"name": "debug", "image": "busybox"}]}'
  local labelled=', "labels": {"debug": "yes"}'
  request "$POD" "$(pod "$debugged" "$labelled")" "$update$(pod '{}')"
  put "$REQUEST" "$settings"
  denied ephemeral-containers
  request "$POD" "$(pod "$debugged")" "$update$(pod '{}' "$labelled")"
  put "$REQUEST" "$settings"
  exempted ephemeral-containers
}

@test "pods/resize: resources that the request changes are judged" {
  put "$REVIEWS/047-pod-update-resize.json"
  denied requests-equal-limits
  contains ': 1 problem\n- requests-equal-limits spec.containers[0].resources.requests.cpu: container \"c\" '
}

@test "pods/resize: resources that stay as they are are not" {
  local pod
  pod=$(pod '{"hostPID": true, "containers": [
    {"name": "c", "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}}]}')
  request "$POD" "$pod" '"operation": "UPDATE", "subResource": "resize", "oldObject": '"$pod"
  put "$REQUEST"
  silent
}

@test "a running pod is not judged again when it is updated" {
  local pod
  pod=$(pod "$HOST_PID")
  request "$POD" "$(pod "$HOST_PID" ', "labels": {"app": "web"}')" '"operation": "UPDATE", "oldObject": '"$pod"
  put "$REQUEST"
  silent
}

@test "a deployment is judged again when its pod template changes, and not when it is scaled" {
  local update='"operation": "UPDATE", "oldObject": '
  request "$DEPLOYMENT" "$(deployment "$HOST_PID" '' 5)" "$update$(deployment "$HOST_PID")"
  put "$REQUEST"
  silent
  request "$DEPLOYMENT" "$(deployment "$HOST_PID")" "$update$(deployment '{"containers": []}')"
  put "$REQUEST"
  denied host-pid
}

@test "what was in another object before only warns when it is updated" {
  local service='{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}}'
  request 'v1 Service services' "$service" '"operation": "UPDATE", "oldObject": '"$service"
  put "$REQUEST"
  warned external-traffic-policy
  contains 'was there before'
}

@test "a deletion is accepted without a look" {
  put "$REVIEWS/051-pod-delete.json"
  silent
  # Of a whole collection, which has no name.
  put "$REVIEWS/136-pod-delete.json"
  silent
  request "$POD" null '"operation": "DELETE", "oldObject": '"$(pod '{"hostPID": "yes"}')"
  put "$REQUEST"
  silent
}

@test "an object that is being deleted can be updated, so that its finalizers go" {
  local deleted=', "deletionTimestamp": "2026-01-01T00:00:00Z"'
  request "$DEPLOYMENT" "$(deployment '{"hostPID": "yes"}' "$deleted")" \
    '"operation": "UPDATE", "oldObject": '"$(deployment "$HOST_PID" "$deleted")"
  put "$REQUEST"
  silent
  # The stored object decides, and not what the sender writes.
  request "$DEPLOYMENT" "$(deployment "$HOST_PID" "$deleted")" \
    '"operation": "UPDATE", "oldObject": '"$(deployment '{}')"
  put "$REQUEST"
  denied host-pid
  request "$DEPLOYMENT" "$(deployment "$HOST_PID" "$deleted")"
  put "$REQUEST"
  denied host-pid
}

@test "what a controller makes is judged with its owner, and the pods themselves" {
  request 'apps/v1 ReplicaSet replicasets' "$(deployment "$HOST_PID" "$(owner Deployment)")"
  put "$REQUEST"
  silent
  request "$POD" "$(pod "$HOST_PID" "$(owner ReplicaSet)")"
  put "$REQUEST"
  denied host-pid
}

# What cannot be read, and what nobody reads.

@test "an object that cannot be read is refused, with its field and without its content" {
  request "$POD" "$(pod '{"hostPID": "s3cret", "containers": [
    {"name": "c", "resources": {"limits": {"cpu": "s3cret"}}}]}')"
  put "$REQUEST"
  unreadable
  contains 'Pod shop/web cannot be read: 2 fields'
  contains 'hostPID'
  contains 'spec.containers[0].resources.limits.cpu'
  lacks s3cret
}

@test "an object that cannot be read is refused although the rule is off" {
  request "$POD" "$(pod '{"hostPID": "yes"}')"
  put "$REQUEST" '{"rules": {"host-pid": "off"}}'
  unreadable
}

@test "a known kind without an object is refused" {
  request "$POD" null
  put "$REQUEST"
  answered
  contains '"allowed":false,'
  contains '"code":422}'
  contains 'request.object'
}

@test "fields that no rule reads can hold anything" {
  request "$POD" "$(pod '{"unheardOf": [{"hostPID": true}], "dnsConfig": 5, "containers": []}')"
  put "$REQUEST"
  silent
}

@test "kinds that no rule knows are accepted and never decoded" {
  put "$REVIEWS/181-widget-create.json"
  silent
  request 'example.com/v1 Pod pods' '{"spec": {"hostPID": "yes"}}'
  put "$REQUEST"
  silent
}

# What real API servers sent.

@test "review 019: the smallest pod is warned about its resources, and nothing that the cluster filled in is found" {
  put "$REVIEWS/019-pod-create.json"
  warned missing-resources
  contains '"warnings":["missing-resources spec.containers[0].resources: container \"c\" '
}

@test "review 022: all problems of a pod are told at once, in the order of the pod" {
  put "$REVIEWS/022-pod-create.json"
  denied grpc-probe,host-port,init-containers,privileged,volume-type
  contains 'Pod kw-capture/pod-rich cannot run on OKE virtual nodes: 6 problems\n- volume-type '
  contains '\n- volume-type spec.volumes[0].hostPath: '
  contains '\n- init-containers spec.initContainers[0]: container \"init\" '
  contains '\n- init-containers spec.initContainers[1]: container \"sidecar\" '
  contains '\n- privileged spec.containers[0].securityContext.privileged: container \"web\" '
  contains '\n- host-port spec.containers[0].ports[1].hostPort: container \"web\" '
  contains '\n- grpc-probe spec.containers[0].startupProbe.grpc: container \"web\" '
  contains '"warned":"missing-resources"'
}

@test "review 151: the same in the template of a deployment" {
  put "$REVIEWS/151-deployment-create.json"
  denied host-network,host-pid,init-containers,persistent-volume-claim,volume-type
  contains 'Deployment kw-capture/dep-rich cannot run on OKE virtual nodes: 5 problems\n- host-network '
  contains '\n- host-network spec.template.spec.hostNetwork: '
}

@test "the same request gets the same answer" {
  put "$REVIEWS/022-pod-create.json"
  local first
  first=$(answer)
  [ -n "$first" ]
  put "$REVIEWS/022-pod-create.json"
  [ "$(answer)" = "$first" ]
}
