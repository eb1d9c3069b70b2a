using System.Globalization;
using System.Numerics;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace MobiZO.Data;

/// <summary>The values of a Parquet column as text: strings as they are, numbers and truth values as JSON writes them.</summary>
internal static class ParquetText
{
    private static readonly Dictionary<Type, Func<ParquetRowGroupReader, DataField, int, Task<string?[]>>> s_readers = new()
    {
        [typeof(ReadOnlyMemory<char>)] = ReadStringsAsync,
        [typeof(bool)] = (group, field, count) => ReadAsync<bool>(group, field, count, value => value ? "true" : "false"),
        [typeof(sbyte)] = ReadNumbersAsync<sbyte>,
        [typeof(byte)] = ReadNumbersAsync<byte>,
        [typeof(short)] = ReadNumbersAsync<short>,
        [typeof(ushort)] = ReadNumbersAsync<ushort>,
        [typeof(int)] = ReadNumbersAsync<int>,
        [typeof(uint)] = ReadNumbersAsync<uint>,
        [typeof(long)] = ReadNumbersAsync<long>,
        [typeof(ulong)] = ReadNumbersAsync<ulong>,
        [typeof(float)] = ReadNumbersAsync<float>,
        [typeof(double)] = ReadNumbersAsync<double>,
        [typeof(BigDecimal)] = (group, field, count) => ReadAsync<BigDecimal>(group, field, count, Write),
    };

    /// <summary>What a column holds that is not one text a row ("a list"), or null when it is one.</summary>
    public static string? OtherKind(Field field) =>
        field switch
        {
            DataField { MaxRepetitionLevel: 0 } data when s_readers.ContainsKey(data.ClrType) => null,
            { SchemaType: SchemaType.List } or DataField { MaxRepetitionLevel: > 0 } => "a list",
            { SchemaType: SchemaType.Struct } => "a struct",
            { SchemaType: SchemaType.Map } => "a map",
            DateTimeDataField or TimeDataField => "dates or times",
            DataField data when data.ClrType == typeof(ReadOnlyMemory<byte>) => "binary data",
            _ => "values of another type",
        };

    /// <summary>Reads a column for which <see cref="OtherKind"/> is null.</summary>
    /// <param name="group">Its row group.</param>
    /// <param name="field">The column.</param>
    /// <param name="count">Rows of the group.</param>
    /// <returns>The text of every row; null where the file says null.</returns>
    public static Task<string?[]> ReadAsync(ParquetRowGroupReader group, DataField field, int count) =>
        s_readers[field.ClrType](group, field, count);

    private static async Task<string?[]> ReadStringsAsync(ParquetRowGroupReader group, DataField field, int count)
    {
        var values = new string?[count];
        await group.ReadAsync(field, values.AsMemory()).ConfigureAwait(false);
        return values;
    }

    private static Task<string?[]> ReadNumbersAsync<T>(ParquetRowGroupReader group, DataField field, int count)
        where T : struct, IFormattable =>
        ReadAsync<T>(group, field, count, value => value.ToString(format: null, CultureInfo.InvariantCulture));

    private static async Task<string?[]> ReadAsync<T>(ParquetRowGroupReader group, DataField field, int count, Func<T, string> write)
        where T : struct
    {
        if (!field.IsNullable)
        {
            var whole = new T[count];
            await group.ReadAsync(field, whole.AsMemory()).ConfigureAwait(false);
            return Array.ConvertAll(whole, value => (string?)write(value));
        }

        var values = new T?[count];
        await group.ReadAsync(field, values.AsMemory()).ConfigureAwait(false);
        return Array.ConvertAll(values, value => value is { } number ? write(number) : null);
    }

    private static string Write(BigDecimal value)
    {
        string digits = BigInteger.Abs(value.UnscaledValue).ToString(CultureInfo.InvariantCulture).PadLeft(value.Scale + 1, '0');
        string sign = value.UnscaledValue.Sign < 0 ? "-" : "";
        return sign + (value.Scale == 0 ? digits : $"{digits[..^value.Scale]}.{digits[^value.Scale..]}");
    }
}
