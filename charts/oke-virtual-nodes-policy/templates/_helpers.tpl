{{/*
The values that are the chart's own. Every other value is a setting of the policy.
*/}}
{{- define "policy.ownValues" -}}
{{- list "global" "module" "name" "scope" "mode" "failurePolicy" "audit" "policyServer" "rbac" "excludedNamespaces"
  "namespaceSelector" "products" "configUpdates" "extraRules" "extraSpec" "labels" "annotations" | toJson -}}
{{- end -}}

{{- define "policy.name" -}}
{{- .Values.name | default .Release.Name -}}
{{- end -}}

{{/*
The address of the module, as spec.module takes it.
*/}}
{{- define "policy.module" -}}
{{- $module := .Values.module -}}
{{- if not $module.repository -}}
{{- fail "module.repository is not set. Push the module to a registry of your own and set its address: see docs/install.md" -}}
{{- end -}}
{{- $repository := trimPrefix "registry://" $module.repository -}}
{{- if contains "://" $repository -}}
{{- if or $module.tag $module.digest -}}
{{- fail "module.tag and module.digest belong to a registry, and module.repository names a file: set one or the other" -}}
{{- end -}}
{{- $repository -}}
{{- else if regexMatch "[:@][^/]*$" $repository -}}
{{- fail "module.repository has a tag or a digest: set them as module.tag or module.digest" -}}
{{- else if $module.digest -}}
{{- printf "registry://%s@%s" $repository $module.digest -}}
{{- else -}}
{{- printf "registry://%s:%s" $repository ($module.tag | default (printf "v%s" .Chart.AppVersion)) -}}
{{- end -}}
{{- end -}}

{{/*
The settings of the policy. A value that is empty or false is left out: it is the policy's own default.
*/}}
{{- define "policy.settings" -}}
{{- $own := include "policy.ownValues" . | fromJsonArray -}}
{{- $settings := dict -}}
{{- range $name, $value := .Values -}}
{{- if and $value (not (has $name $own)) (ne (toString $value) "off") -}}
{{- $_ := set $settings $name $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/*
The settings of the instance that only judges: those of the policy without everything that changes objects.
*/}}
{{- define "policy.judgingSettings" -}}
{{- $settings := omit (include "policy.settings" . | fromYaml) "mutate" "mutateTemplates" "annotate" -}}
{{- $rules := dict -}}
{{- range $id, $rule := $settings.rules | default dict -}}
{{- if kindIs "map" $rule -}}
{{- $rule = omit $rule "mutate" -}}
{{- end -}}
{{- if not (and (kindIs "map" $rule) (empty $rule)) -}}
{{- $_ := set $rules $id $rule -}}
{{- end -}}
{{- end -}}
{{- $settings = omit $settings "rules" -}}
{{- if $rules -}}
{{- $_ := set $settings "rules" $rules -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/*
"true" where the settings let the policy change objects.
*/}}
{{- define "policy.mutates" -}}
{{- $mutates := has (toString .Values.mutate) (list "safe" "full") -}}
{{- range $rule := .Values.rules -}}
{{- if and (kindIs "map" $rule) (eq (toString (get $rule "mutate")) "true") -}}
{{- $mutates = true -}}
{{- end -}}
{{- end -}}
{{- if $mutates -}}true{{- end -}}
{{- end -}}

{{/*
Labels of every object.
*/}}
{{- define "policy.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
Annotations of the policies. Kubewarden's audit reports show the severity and the category.
*/}}
{{- define "policy.annotations" -}}
io.kubewarden.policy.severity: medium
io.kubewarden.policy.category: Resource validation
{{- with .Values.annotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
What the policy is asked about: the rules of the policy's scope, then those of the products, of updates of configuration,
and the further ones.
*/}}
{{- define "policy.webhookRules" -}}
{{- $files := .Files.Get "files/webhooks.yaml" | fromYaml -}}
{{- $rules := get $files.scopes .Values.scope -}}
{{- range $product := .Values.products -}}
{{- $rules = concat $rules (get $files.products $product) -}}
{{- end -}}
{{- if .Values.configUpdates -}}
{{- $rules = concat $rules $files.configUpdates -}}
{{- end -}}
{{- concat $rules .Values.extraRules | toYaml -}}
{{- end -}}

{{/*
What the instance that only judges is asked about.
*/}}
{{- define "policy.finalRules" -}}
{{- (.Files.Get "files/webhooks.yaml" | fromYaml).scopes.final | toYaml -}}
{{- end -}}

{{/*
Conditions on the namespace's labels, as matchExpressions.
*/}}
{{- define "policy.namespaceExpressions" -}}
{{- $expressions := list -}}
{{- with .Values.excludedNamespaces -}}
{{- $expressions = append $expressions (dict "key" "kubernetes.io/metadata.name" "operator" "NotIn" "values" .) -}}
{{- end -}}
{{- range $key, $value := .Values.namespaceSelector.matchLabels | default dict -}}
{{- $expressions = append $expressions (dict "key" $key "operator" "In" "values" (list $value)) -}}
{{- end -}}
{{- concat $expressions (.Values.namespaceSelector.matchExpressions | default list) | toYaml -}}
{{- end -}}

{{/*
One policy. What is passed: root (the context of the chart), name, mutating, audit, settings and rules (both as YAML).
*/}}
{{- define "policy.manifest" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $lookups := $root.Files.Get "files/lookups.yaml" | fromYaml -}}
{{- $isClusterWide := eq $values.scope "cluster" }}
apiVersion: policies.kubewarden.io/v1
kind: {{ $isClusterWide | ternary "ClusterAdmissionPolicy" "AdmissionPolicy" }}
metadata:
  name: {{ .name }}
  {{- if not $isClusterWide }}
  namespace: {{ $root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "policy.labels" $root | nindent 4 }}
  annotations:
    {{- include "policy.annotations" $root | nindent 4 }}
spec:
  module: {{ include "policy.module" $root }}
  policyServer: {{ $values.policyServer.name }}
  mode: {{ $values.mode }}
  mutating: {{ .mutating }}
  backgroundAudit: {{ .audit }}
  # While the policy server does not answer, Fail refuses the requests below, and Ignore accepts them unseen.
  failurePolicy: {{ $values.failurePolicy }}
  {{- with $values.extraSpec }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  settings:
    {{- .settings | nindent 4 }}
  {{- with $values.lookups }}
  contextAwareResources:
    {{- range . }}
    - apiVersion: {{ (get $lookups .).apiVersion }}
      kind: {{ . }}
    {{- end }}
  {{- end }}
  {{- $expressions := include "policy.namespaceExpressions" $root | fromYamlArray }}
  {{- if and $isClusterWide $expressions }}
  # Kubewarden leaves out its own namespace by itself. It drops matchLabels here.
  namespaceSelector:
    matchExpressions:
      {{- toYaml $expressions | nindent 6 }}
  {{- end }}
  rules:
    {{- .rules | nindent 4 }}
{{- end -}}
