using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Wearable.Chip.Tests;

/// <summary>
/// Finds every type and member that a compiled assembly refers to and that the nanoFramework API lists do not have.
/// Assembly-level attributes are left out: the chip's own compilation makes its own.
/// </summary>
internal sealed class ApiGate
{
    private readonly HashSet<string> _types = [];
    private readonly HashSet<string> _members = [];
    private readonly Dictionary<string, string[]> _bases = [];

    public ApiGate(string listFolder)
    {
        foreach (string file in Directory.EnumerateFiles(listFolder, "*.txt"))
        {
            foreach (string line in File.ReadLines(file))
            {
                Add(line);
            }
        }
    }

    /// <summary>One line per violation: where, and what is missing.</summary>
    public IReadOnlyList<string> Check(AssemblyDefinition assembly, IEnumerable<AssemblyDefinition> friends)
    {
        HashSet<string> own = [assembly.Name.Name, .. friends.Select(f => f.Name.Name)];
        SortedSet<string> wrong = new(StringComparer.Ordinal);
        foreach (TypeDefinition type in assembly.MainModule.GetTypes())
        {
            CheckType(type, own, wrong);
        }

        return [.. wrong];
    }

    private void Add(string line)
    {
        string[] part = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (part.Length < 2)
        {
            return;
        }

        if (part[0] == "T")
        {
            _types.Add(part[1]);
            int colon = line.IndexOf(" : ", StringComparison.Ordinal);
            _bases[part[1]] = colon < 0 ? [] : line[(colon + 3)..].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        }
        else if (part[0] is "M")
        {
            int end = line.LastIndexOf(')');
            _members.Add(line[2..(end + 1)]);
        }
        else if (part[0] is "F")
        {
            string field = line[2..];
            int equals = field.IndexOf(" = ", StringComparison.Ordinal);
            _members.Add((equals < 0 ? field : field[..equals]).Replace(" static", "").Trim());
        }
    }

    private void CheckType(TypeDefinition type, HashSet<string> own, SortedSet<string> wrong)
    {
        string where = type.FullName;
        Type(type.BaseType, where, own, wrong);
        foreach (InterfaceImplementation i in type.Interfaces)
        {
            Type(i.InterfaceType, where, own, wrong);
        }

        foreach (FieldDefinition field in type.Fields)
        {
            Type(field.FieldType, $"{where}.{field.Name}", own, wrong);
        }

        foreach (MethodDefinition method in type.Methods)
        {
            string at = $"{where}.{method.Name}";
            Type(method.ReturnType, at, own, wrong);
            foreach (ParameterDefinition p in method.Parameters)
            {
                Type(p.ParameterType, at, own, wrong);
            }

            if (method.HasBody)
            {
                CheckBody(method.Body, at, own, wrong);
            }
        }
    }

    private void CheckBody(MethodBody body, string at, HashSet<string> own, SortedSet<string> wrong)
    {
        foreach (VariableDefinition v in body.Variables)
        {
            Type(v.VariableType, at, own, wrong);
        }

        foreach (ExceptionHandler h in body.ExceptionHandlers)
        {
            Type(h.CatchType, at, own, wrong);
        }

        foreach (Instruction i in body.Instructions)
        {
            switch (i.Operand)
            {
                case TypeReference t:
                    Type(t, at, own, wrong);
                    break;
                case MethodReference m:
                    Method(m, at, own, wrong);
                    break;
                case FieldReference f:
                    Field(f, at, own, wrong);
                    break;
            }
        }
    }

    private void Type(TypeReference? type, string at, HashSet<string> own, SortedSet<string> wrong)
    {
        if (type is null || type is GenericParameter)
        {
            return;
        }

        if (type is GenericInstanceType generic)
        {
            foreach (TypeReference argument in generic.GenericArguments)
            {
                Type(argument, at, own, wrong);
            }
        }

        TypeReference element = type.GetElementType();
        if (IsOwn(element, own))
        {
            return;
        }

        if (!_types.Contains(element.FullName))
        {
            wrong.Add($"{at}: type {element.FullName} is not on the chip");
        }
    }

    private void Method(MethodReference method, string at, HashSet<string> own, SortedSet<string> wrong)
    {
        if (method.DeclaringType is ArrayType)
        {
            wrong.Add($"{at}: {method.FullName} (multi-dimensional array) is not on the chip");
            return;
        }

        Type(method.DeclaringType, at, own, wrong);
        if (IsOwn(method.DeclaringType.GetElementType(), own))
        {
            return;
        }

        MethodReference definition = method.GetElementMethod();
        string parameters = string.Join(",", definition.Parameters.Select(p => p.ParameterType.FullName));
        string tail = $"::{definition.Name}({parameters})";
        if (!Exists(definition.DeclaringType.GetElementType().FullName, definition.ReturnType.FullName + " ", tail))
        {
            wrong.Add($"{at}: {definition.FullName} is not on the chip");
        }
    }

    private void Field(FieldReference field, string at, HashSet<string> own, SortedSet<string> wrong)
    {
        Type(field.DeclaringType, at, own, wrong);
        if (!IsOwn(field.DeclaringType.GetElementType(), own) && !_members.Contains(field.FullName))
        {
            wrong.Add($"{at}: {field.FullName} is not on the chip");
        }
    }

    // A member that PC's .NET overrides further down (int.ToString) may be declared on a base type on the chip.
    private bool Exists(string type, string returns, string tail)
    {
        if (_members.Contains(returns + type + tail))
        {
            return true;
        }

        return _bases.TryGetValue(type, out string[]? bases) && bases.Any(b => Exists(b, returns, tail));
    }

    private static bool IsOwn(TypeReference type, HashSet<string> own)
    {
        TypeReference outer = type;
        while (outer.DeclaringType is not null)
        {
            outer = outer.DeclaringType;
        }

        return outer.Scope switch
        {
            ModuleDefinition => true,
            AssemblyNameReference a => own.Contains(a.Name),
            _ => false,
        };
    }
}
