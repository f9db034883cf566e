using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace Wearable.Chip.Tests;

/// <summary>
/// Builds one assembly from the API lists that has every public type and member of the nanoFramework assemblies and no bodies, so that
/// the board's sources, which no PC can run, are at least compiled against exactly what the chip offers (and nothing else: no .NET base library).
/// The lists leave some things open; the choices: instance methods of classes are virtual, fields without a value are static,
/// by-reference parameters are out except on Interlocked, generic types are left out (they are a silent trap on the chip anyway).
/// </summary>
internal sealed class SignatureAssembly
{
    private readonly ModuleDefinition _module;
    private readonly Dictionary<string, TypeDefinition> _types = [];
    private readonly List<(TypeDefinition Type, string Line)> _members = [];
    private readonly Dictionary<string, string[]> _bases = [];

    private SignatureAssembly()
    {
        AssemblyDefinition assembly = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition("signatures", new Version(1, 17)), "signatures", ModuleKind.Dll);
        _module = assembly.MainModule;
    }

    /// <summary>The image, ready to be a compiler's only reference.</summary>
    public static byte[] Build(string listFolder)
    {
        SignatureAssembly builder = new();
        builder.Read(listFolder);
        builder.Link();
        builder.AddMembers();
        using MemoryStream image = new();
        builder._module.AssemblyReferences.Clear();
        builder._module.Write(image);
        return image.ToArray();
    }

    private void Read(string listFolder)
    {
        Declare("System.Object", "class");
        Declare("System.ValueType", "class");
        Declare("System.Enum", "class");
        Declare("System.Void", "struct");
        foreach (string file in Directory.EnumerateFiles(listFolder, "*.txt").Order(StringComparer.Ordinal))
        {
            TypeDefinition? current = null;
            foreach (string line in File.ReadLines(file))
            {
                if (line.StartsWith("T ", StringComparison.Ordinal))
                {
                    string[] part = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    int colon = line.IndexOf(" : ", StringComparison.Ordinal);
                    string[] bases = colon < 0 ? [] : line[(colon + 3)..].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
                    current = part[1].Contains('`', StringComparison.Ordinal) ? null : Declare(part[1], part[2]);
                    if (current is not null)
                    {
                        _bases[part[1]] = bases;
                    }
                }
                else if (current is not null && line.Length > 2 && line[1] == ' ')
                {
                    _members.Add((current, line));
                }
            }
        }
    }

    private TypeDefinition Declare(string fullName, string kind)
    {
        if (_types.TryGetValue(fullName, out TypeDefinition? known))
        {
            return known;
        }

        int slash = fullName.LastIndexOf('/');
        TypeDefinition? outer = slash < 0 ? null : _types.GetValueOrDefault(fullName[..slash]);
        string name = slash < 0 ? fullName[(fullName.LastIndexOf('.') + 1)..] : fullName[(slash + 1)..];
        string space = slash < 0 && fullName.Contains('.', StringComparison.Ordinal) ? fullName[..fullName.LastIndexOf('.')] : "";
        TypeAttributes flags = outer is null ? TypeAttributes.Public : TypeAttributes.NestedPublic;
        flags |= kind switch
        {
            "interface" => TypeAttributes.Interface | TypeAttributes.Abstract,
            "struct" => TypeAttributes.Sealed | TypeAttributes.SequentialLayout,
            "enum" or "delegate" => TypeAttributes.Sealed,
            _ => TypeAttributes.Class,
        };
        TypeDefinition type = new(space, name, flags);
        _types[fullName] = type;
        if (outer is null)
        {
            _module.Types.Add(type);
        }
        else
        {
            outer.NestedTypes.Add(type);
        }

        return type;
    }

    private void Link()
    {
        foreach ((string name, TypeDefinition type) in _types)
        {
            string[] bases = _bases.GetValueOrDefault(name, []);
            if (name == "System.Object" || type.IsInterface)
            {
                AddInterfaces(type, bases);
                continue;
            }

            string baseName = bases.FirstOrDefault(b => _types.TryGetValue(b, out TypeDefinition? t) && !t.IsInterface) ?? (type.IsSequentialLayout ? "System.ValueType" : "System.Object");
            type.BaseType = _types[baseName];
            AddInterfaces(type, bases);
        }
    }

    private void AddInterfaces(TypeDefinition type, string[] bases)
    {
        foreach (string b in bases)
        {
            if (_types.TryGetValue(b, out TypeDefinition? t) && t.IsInterface)
            {
                type.Interfaces.Add(new InterfaceImplementation(t));
            }
        }
    }

    private void AddMembers()
    {
        foreach (TypeDefinition type in _types.Values.Where(t => t.BaseType?.FullName == "System.Enum"))
        {
            type.Fields.Add(new FieldDefinition("value__", FieldAttributes.Public | FieldAttributes.SpecialName | FieldAttributes.RTSpecialName, EnumType(type)));
        }

        foreach ((TypeDefinition type, string line) in _members)
        {
            if (line[0] == 'F')
            {
                AddField(type, line[2..]);
            }
            else if (line[0] == 'M')
            {
                AddMethod(type, line[2..]);
            }
        }

        foreach (TypeDefinition type in _types.Values)
        {
            AddProperties(type);
            AddEvents(type);
        }
    }

    private TypeReference EnumType(TypeDefinition type) =>
        _members.Where(m => m.Type == type && m.Line.Contains(" = ", StringComparison.Ordinal)).Any(m => long.Parse(m.Line[(m.Line.IndexOf(" = ", StringComparison.Ordinal) + 3)..]) > int.MaxValue)
            ? _module.TypeSystem.Int64
            : _module.TypeSystem.Int32;

    private void AddField(TypeDefinition type, string text)
    {
        int equals = text.IndexOf(" = ", StringComparison.Ordinal);
        string declaration = equals < 0 ? text : text[..equals];
        string name = declaration[(declaration.LastIndexOf("::", StringComparison.Ordinal) + 2)..].Split(' ')[0];
        if (name == "value__" || Resolve(declaration[..declaration.IndexOf(' ')]) is not { } fieldType)
        {
            return;
        }

        FieldDefinition field = new(name, FieldAttributes.Public | FieldAttributes.Static, fieldType);
        if (equals >= 0)
        {
            field.Attributes |= FieldAttributes.Literal | FieldAttributes.HasDefault;
            field.Constant = Constant(type, fieldType.FullName, text[(equals + 3)..]);
        }

        type.Fields.Add(field);
    }

    private static object Constant(TypeDefinition type, string fieldType, string text)
    {
        string kind = type.BaseType?.FullName == "System.Enum" ? type.Fields[0].FieldType.FullName : fieldType;
        System.Globalization.CultureInfo invariant = System.Globalization.CultureInfo.InvariantCulture;
        return kind switch
        {
            "System.Int64" => long.Parse(text, invariant),
            "System.UInt64" => ulong.Parse(text, invariant),
            "System.UInt32" => uint.Parse(text, invariant),
            "System.Byte" => byte.Parse(text, invariant),
            "System.SByte" => sbyte.Parse(text, invariant),
            "System.Int16" => short.Parse(text, invariant),
            "System.UInt16" => ushort.Parse(text, invariant),
            "System.Single" => float.Parse(text, invariant),
            "System.Double" => double.Parse(text, invariant),
            "System.String" => text,
            "System.Char" => text.Length > 0 ? text[0] : '\0',
            "System.Boolean" => bool.Parse(text),
            _ => int.Parse(text, invariant),
        };
    }

    private void AddMethod(TypeDefinition type, string text)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        int close = text.LastIndexOf(')');
        int colons = text.LastIndexOf("::", open, StringComparison.Ordinal);
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        string name = text[(colons + 2)..open];
        bool isStatic = text[close..].Contains("static", StringComparison.Ordinal);
        if (name == "Finalize" || Resolve(text[..space]) is not { } returns)
        {
            return;
        }

        List<TypeReference> parameters = [];
        foreach (string p in text[(open + 1)..close].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Resolve(p) is not { } parameter)
            {
                return;
            }

            parameters.Add(parameter);
        }

        MethodDefinition method = new(name, Flags(type, name, isStatic, parameters), returns);
        foreach (TypeReference p in parameters)
        {
            bool isOut = p.IsByReference && type.Name != "Interlocked";
            method.Parameters.Add(new ParameterDefinition($"p{method.Parameters.Count}", isOut ? ParameterAttributes.Out : ParameterAttributes.None, p));
        }

        if (type.BaseType?.FullName == "System.MulticastDelegate")
        {
            method.ImplAttributes = MethodImplAttributes.Runtime | MethodImplAttributes.Managed;
        }
        else if (!method.IsAbstract)
        {
            method.Body.GetILProcessor().Emit(Mono.Cecil.Cil.OpCodes.Ldnull);
            method.Body.GetILProcessor().Emit(Mono.Cecil.Cil.OpCodes.Throw);
        }

        type.Methods.Add(method);
    }

    private static MethodAttributes Flags(TypeDefinition type, string name, bool isStatic, List<TypeReference> parameters)
    {
        MethodAttributes flags = MethodAttributes.Public | MethodAttributes.HideBySig;
        if (name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal)
            || name.StartsWith("add_", StringComparison.Ordinal) || name.StartsWith("remove_", StringComparison.Ordinal)
            || name.StartsWith("op_", StringComparison.Ordinal))
        {
            flags |= MethodAttributes.SpecialName;
        }

        if (name is ".ctor" or ".cctor")
        {
            return flags | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName;
        }

        if (isStatic)
        {
            return flags | MethodAttributes.Static;
        }

        if (type.IsInterface)
        {
            return flags | MethodAttributes.Abstract | MethodAttributes.Virtual | MethodAttributes.NewSlot;
        }

        bool overrides = false;
        for (TypeDefinition? b = type.BaseType as TypeDefinition; b is not null && !overrides; b = b.BaseType as TypeDefinition)
        {
            overrides = b.Methods.Any(m => m.Name == name && m.Parameters.Select(p => p.ParameterType.FullName).SequenceEqual(parameters.Select(p => p.FullName)));
        }

        return flags | MethodAttributes.Virtual | (overrides ? MethodAttributes.ReuseSlot : MethodAttributes.NewSlot);
    }

    private void AddProperties(TypeDefinition type)
    {
        foreach (MethodDefinition method in type.Methods.Where(m => m.Name.StartsWith("get_", StringComparison.Ordinal) || m.Name.StartsWith("set_", StringComparison.Ordinal)).ToArray())
        {
            bool isGet = method.Name[0] == 'g';
            int indexes = method.Parameters.Count - (isGet ? 0 : 1);
            TypeReference valueType = isGet ? method.ReturnType : method.Parameters[^1].ParameterType;
            string name = method.Name[4..];
            PropertyDefinition? property = type.Properties.FirstOrDefault(p => p.Name == name && (p.GetMethod?.Parameters.Count ?? (p.SetMethod.Parameters.Count - 1)) == indexes);
            if (property is null)
            {
                property = new PropertyDefinition(name, PropertyAttributes.None, valueType);
                type.Properties.Add(property);
                if (indexes > 0)
                {
                    MarkIndexer(type, name);
                }
            }

            if (isGet)
            {
                property.GetMethod = method;
            }
            else
            {
                property.SetMethod = method;
            }
        }
    }

    private void MarkIndexer(TypeDefinition type, string name)
    {
        const string attribute = "System.Reflection.DefaultMemberAttribute";
        if (type.CustomAttributes.Count > 0)
        {
            return;
        }

        TypeDefinition definition = Declare(attribute, "class");
        definition.BaseType ??= _types["System.Attribute"];
        MethodDefinition? constructor = definition.GetConstructors().FirstOrDefault(c => c.Parameters.Count == 1);
        if (constructor is null)
        {
            constructor = new MethodDefinition(".ctor", MethodAttributes.Public | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, _module.TypeSystem.Void);
            constructor.Parameters.Add(new ParameterDefinition(_module.TypeSystem.String));
            constructor.Body.GetILProcessor().Emit(Mono.Cecil.Cil.OpCodes.Ret);
            definition.Methods.Add(constructor);
        }

        CustomAttribute mark = new(constructor);
        mark.ConstructorArguments.Add(new CustomAttributeArgument(_module.TypeSystem.String, name));
        type.CustomAttributes.Add(mark);
    }

    private static void AddEvents(TypeDefinition type)
    {
        foreach (MethodDefinition add in type.Methods.Where(m => m.Name.StartsWith("add_", StringComparison.Ordinal)).ToArray())
        {
            string name = add.Name[4..];
            EventDefinition e = new(name, EventAttributes.None, add.Parameters[0].ParameterType)
            {
                AddMethod = add,
                RemoveMethod = type.Methods.FirstOrDefault(m => m.Name == "remove_" + name),
            };
            type.Events.Add(e);
        }
    }

    // Null when the lists do not have the type (generic, pointer, or not public): the member is left out.
    private TypeReference? Resolve(string name)
    {
        if (name.EndsWith('&'))
        {
            return Resolve(name[..^1]) is { } t ? new ByReferenceType(t) : null;
        }

        if (name.EndsWith("[]", StringComparison.Ordinal))
        {
            return Resolve(name[..^2]) is { } t ? new ArrayType(t) : null;
        }

        return Primitive(name) ?? _types.GetValueOrDefault(name);
    }

    // Primitives have signature bytes of their own; the library's references stand for those.
    private TypeReference? Primitive(string name) => name switch
    {
        "System.Void" => _module.TypeSystem.Void,
        "System.Object" => _module.TypeSystem.Object,
        "System.String" => _module.TypeSystem.String,
        "System.Boolean" => _module.TypeSystem.Boolean,
        "System.Char" => _module.TypeSystem.Char,
        "System.SByte" => _module.TypeSystem.SByte,
        "System.Byte" => _module.TypeSystem.Byte,
        "System.Int16" => _module.TypeSystem.Int16,
        "System.UInt16" => _module.TypeSystem.UInt16,
        "System.Int32" => _module.TypeSystem.Int32,
        "System.UInt32" => _module.TypeSystem.UInt32,
        "System.Int64" => _module.TypeSystem.Int64,
        "System.UInt64" => _module.TypeSystem.UInt64,
        "System.Single" => _module.TypeSystem.Single,
        "System.Double" => _module.TypeSystem.Double,
        "System.IntPtr" => _module.TypeSystem.IntPtr,
        "System.UIntPtr" => _module.TypeSystem.UIntPtr,
        _ => null,
    };
}
