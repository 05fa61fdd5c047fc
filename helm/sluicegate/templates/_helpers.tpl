{{- define "sluicegate.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "sluicegate.fullname" -}}
{{- $name := include "sluicegate.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "sluicegate.serviceAccountName" -}}
{{- default (include "sluicegate.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{/* Of the whole cluster, so that two releases of one name do not meet in it. */}}
{{- define "sluicegate.reviews" -}}
{{- printf "%s-%s-reviews" (include "sluicegate.fullname" .) .Release.Namespace -}}
{{- end -}}

{{/* Of the whole cluster, too, and of the namespace `default`, where others may have a release. */}}
{{- define "sluicegate.clusterDependencies" -}}
{{- printf "%s-%s-cluster-dependencies" (include "sluicegate.fullname" .) .Release.Namespace -}}
{{- end -}}

{{- define "sluicegate.selectorLabels" -}}
app.kubernetes.io/name: {{ include "sluicegate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sluicegate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "sluicegate.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "sluicegate.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "sluicegate.clusterDependencyRules" -}}
- apiGroups: [sluicegate.dev]
  resources: [clusterdownstreamdependencies]
  verbs: [list, watch]
- apiGroups: [sluicegate.dev]
  resources: [clusterdownstreamdependencies/status]
  verbs: [patch]
{{- end -}}

{{- define "sluicegate.secretRules" -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
  {{- with .Values.secretNames }}
  resourceNames: {{ toJson . }}
  {{- end }}
{{- end -}}

{{/* What the operator may do, in all namespaces or in each of watchNamespaces. */}}
{{- define "sluicegate.rules" -}}
- apiGroups: [sluicegate.dev]
  resources: [kafkaconsumerapps, kafkaconnections, downstreamdependencies, deadletterredrives]
  verbs: [list, watch]
- apiGroups: [sluicegate.dev]
  resources:
  - kafkaconsumerapps/status
  - kafkaconnections/status
  - downstreamdependencies/status
  - deadletterredrives/status
  verbs: [patch]
# For the finalizer of apps that ask for their topics to be deleted with them, and nothing else.
- apiGroups: [sluicegate.dev]
  resources: [kafkaconsumerapps]
  verbs: [patch]
# When ttlSecondsAfterFinished is over.
- apiGroups: [sluicegate.dev]
  resources: [deadletterredrives]
  verbs: [delete]
{{- if not .Values.watchNamespaces }}
{{ include "sluicegate.clusterDependencyRules" . }}
{{- end }}
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [deployments/scale, statefulsets/scale]
  verbs: [get, update]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
# What apps ask for in clientConfig; those of others are read by name and never written.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, create, update]
{{ include "sluicegate.secretRules" . }}
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [list]
- apiGroups: [keda.sh]
  resources: [scaledobjects]
  verbs: [list]
{{- end -}}
