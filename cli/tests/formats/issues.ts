// Whether the report for GitLab is what Code Climate's types say. The compiler is the check; nothing runs.
import type { Issue, Location } from 'codeclimate-types'
import issues from './gitlab.json' with { type: 'json' }

// A compiler reads every string of a JSON file as any string, so names that are chosen from a list are compared by check.py.
type Loose<T> = T extends string ? string : T extends (infer U)[] ? Loose<U>[] : T extends object ? { [K in keyof T]: Loose<T[K]> } : T

const checked: Loose<Pick<Issue, 'type' | 'check_name' | 'description' | 'categories' | 'severity' | 'fingerprint'> & { location: Location }>[] = issues
export default checked
