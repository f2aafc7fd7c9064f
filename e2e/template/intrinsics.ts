/** What stands behind a logical id once it is deployed, here or anywhere. */
export interface Physical {
  /** What `Ref` gives: a queue's URL, a table's or function's name. Pseudo parameters too. */
  ref(id: string): string;
  /** What `Fn::GetAtt` gives. */
  attribute(id: string, name: string): string;
}

/**
 * A template's value with every reference followed.
 *
 * @throws Error on a function of CloudFormation that is not known here: a guess would be worse.
 */
export function resolve(value: unknown, physical: Physical): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, physical));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries;
  if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::')))
    return follow(name, argument, physical);
  return Object.fromEntries(entries.map(([key, each]) => [key, resolve(each, physical)]));
}

function follow(name: string, argument: unknown, physical: Physical): unknown {
  switch (name) {
    case 'Ref':
      return physical.ref(String(argument));
    case 'Fn::GetAtt': {
      const [id, attribute] = Array.isArray(argument) ? argument : String(argument).split('.');
      return physical.attribute(String(id), String(attribute));
    }
    case 'Fn::Join': {
      const [separator, parts] = listOf(argument, name);
      return listOf(resolve(parts, physical), name).map(String).join(String(separator));
    }
    case 'Fn::Sub':
      return String(argument).replaceAll(/\$\{([^}]+)\}/g, (_, id: string) => physical.ref(id));
    case 'Fn::Select': {
      const [at, list] = listOf(argument, name);
      return listOf(resolve(list, physical), name)[Number(at)];
    }
    case 'Fn::Split': {
      const [separator, text] = listOf(argument, name);
      return String(resolve(text, physical)).split(String(separator));
    }
    default:
      throw new Error(`the template uses ${name}, which is not known here`);
  }
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${name} is given no list`);
}
