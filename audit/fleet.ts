import type { Budget, PodTemplate, Requirement, Selector } from './objects.ts';

/** What is audited: everything that the rules look at, read from a cluster or from manifests. */
export interface Fleet {
  /** Cluster name, or the files as the user named them. */
  readonly name: string;
  readonly workloads: readonly Workload[];
  readonly budgets: readonly Budgeted[];
  readonly groups: readonly NodeGroup[];
  /** Cluster Autoscaler, in whatever namespace. */
  readonly autoscalers: readonly Workload[];
  /** Kinds that could not be read, by what is missing: rules that need them stay silent. */
  readonly unread: readonly Unread[];
}

export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
}

/** Where in a file an object begins. Lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** An object that findings are about. */
export interface Subject {
  readonly ref: ObjectRef;
  readonly place?: Place;
  /** Those of the object and, for a workload, of its pods: suppressions are read from both. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** One pod template, and what makes pods of it. */
export interface Workload extends Subject {
  /** The part of an object with several templates, e.g. a JobSet's replicated job. */
  readonly part?: string;
  /** `training` holds a checkpoint or looks as if it needed one; `job` ends by itself; `pod` has no controller. */
  readonly runs: 'service' | 'training' | 'job' | 'pod';
  /** Pods it asks for. */
  readonly pods: number;
  /** What a horizontal autoscaler may lower that to. */
  readonly autoscaled?: { readonly ref: ObjectRef; readonly fewest: number };
  readonly template: PodTemplate;
  readonly selector?: Selector;
  /** Of a stateful set: names of its volume claims. */
  readonly claims: readonly string[];
  readonly gpus: number;
  /** What makes the object that holds the template, e.g. `Prometheus/main`: it may undo what is changed here. */
  readonly madeBy?: string;
  readonly spot: Spot;
  readonly source: TemplateSource;
}

/** Where a workload's pods may run. */
export type Spot =
  /** It asks for spot nodes and takes no others. */
  | 'only'
  /** Nothing keeps it off spot nodes. */
  | 'may'
  /** It says that it wants no spot node. */
  | 'never'
  /** No taint of the spot nodes that are there is tolerated: a candidate, at most. */
  | 'not-today';

/** How to change the template where it is written. */
export interface TemplateSource {
  /** The whole object, as it was read. */
  readonly object: Readonly<Record<string, unknown>>;
  /** Keys and list positions that lead to the template; none for a pod, which is its own. */
  readonly path: readonly (string | number)[];
  /** Custom kinds know no strategic merge: their lists are replaced whole. */
  readonly patchedBy: 'strategic' | 'merge';
  /** The API server refuses changes of the template: the object has to be made anew. */
  readonly isImmutable: boolean;
}

export interface Budgeted extends Subject {
  readonly budget: Budget;
}

/** Nodes that are bought together. */
export interface NodeGroup extends Subject {
  /** `aws`: as EKS and Auto Scaling describe it; `observed`: what its nodes tell. */
  readonly kind: 'karpenter' | 'eksctl' | 'aws' | 'observed';
  readonly buysSpot: boolean;
  readonly buysOnDemand: boolean;
  /** Absent: not limited, or not known. */
  readonly types?: readonly string[];
  readonly zones?: readonly string[];
  readonly pool?: string;
  readonly isFallback: boolean;
  /** Says that Cluster Autoscaler leaves its nodes alone. */
  readonly isLeftAlone: boolean;
  /** Of a Karpenter NodePool, as they are written. */
  readonly requirements?: readonly Requirement[];
  /** Names of the nodes that are there. */
  readonly nodes?: readonly string[];
  /** Where AWS was asked. */
  readonly autoScalingGroup?: AutoScalingGroup;
}

interface AutoScalingGroup {
  readonly name: string;
  /** Keys of its tags: Cluster Autoscaler finds groups by them. */
  readonly tagKeys: readonly string[];
}

export interface Unread {
  /** As `kubectl get` names it. */
  readonly resource: string;
  readonly reason: string;
}
